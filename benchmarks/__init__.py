"""Measures Tasuki beside its peers and beside bare references: `python -m benchmarks`."""
