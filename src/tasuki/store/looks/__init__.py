"""What people and programs read from the store."""
