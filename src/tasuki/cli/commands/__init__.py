"""The commands of `tasuki`, a small file for each group of them."""
