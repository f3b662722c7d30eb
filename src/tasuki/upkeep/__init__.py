"""The periodic work. Any number of runners and servers do it side by side; there is no leader."""
