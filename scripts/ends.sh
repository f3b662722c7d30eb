#!/bin/sh
# Usage: ends.sh PYTHON
# Prints the oldest and the newest Python on PATH that can run Tasuki, one a line, and leaves out
# those of PYTHON's own version.

own=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
found=$(for version in 3.11 3.12 3.13 3.14 3.15; do
    [ "$version" = "$own" ] || sh "$(dirname "$0")/python.sh" "python$version" 2>/dev/null
done)
echo "$found" | sed -n '1p;$p' | uniq
