"""Workers: what their authors write, and the daemon that runs them."""
