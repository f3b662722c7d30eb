"""What values may be: names, numbers and texts as they are taken in."""
