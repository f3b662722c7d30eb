"""The store: the only code that knows Valkey. Every change of a job is one script in `lua/`."""
