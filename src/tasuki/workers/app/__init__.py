"""Finds the app that a user names, and loads its workers."""
