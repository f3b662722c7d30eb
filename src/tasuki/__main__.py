"""`python -m tasuki` is the same as `tasuki`."""

from tasuki.cli import main

if __name__ == "__main__":
    main()
