"""Where attempts run: in the event loop, or in threads. A place says where, and nothing else."""
