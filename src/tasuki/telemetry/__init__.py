"""What is told of the running program: its log."""
