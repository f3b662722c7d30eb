"""`tasuki`, and `python -m tasuki`."""

import sys


def main() -> None:
    """Run the command, and end the process with its exit code."""
    try:
        # Imported here, so that Ctrl-C is no traceback in the first half second either.
        from tasuki.cli import main as program

        program()
    except KeyboardInterrupt:
        # As in `cli/program.py`, which may not be there yet.
        sys.exit(130)


if __name__ == "__main__":
    main()
