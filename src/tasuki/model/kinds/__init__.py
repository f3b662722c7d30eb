"""How settings are declared, and read from text."""
