"""The way to the store: connections, and calls on them."""
