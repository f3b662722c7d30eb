"""Finds and mends what a store may never hold."""
