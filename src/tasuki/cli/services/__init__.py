"""What `up`, `server` and `worker` start."""
