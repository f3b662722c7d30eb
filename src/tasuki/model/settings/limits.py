"""How large things may be that users hand in, in bytes of JSON."""

DATA_BYTES = 2**20
"""The data of one job, unless a setting says otherwise: 1 MiB."""

RESULT_BYTES = 2**20
"""The result of one job, unless a setting says otherwise: 1 MiB."""

MOST_BYTES = 16 * 2**20
"""What no setting can exceed, and what the jobs of one submission may hold together: 16 MiB."""
