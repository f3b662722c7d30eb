"""What people do to jobs and types: to one, to some, to all that match."""
