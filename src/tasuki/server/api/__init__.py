"""The routes below `/api/v1`, and their description."""
