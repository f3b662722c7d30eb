#!/bin/sh
# Usage: ends.sh PYTHON
# Prints the oldest and the newest Python here that can run Tasuki, one a line, and leaves out PYTHON
# itself. Those that pyenv has, but has not put on PATH, count as well.

own=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
pyenv=$(pyenv root 2>/dev/null)/versions
found=$(for version in 3.11 3.12 3.13 3.14 3.15; do
    if [ "$version" = "$own" ]; then
        echo own
    else
        sh "$(dirname "$0")/python.sh" \
            "python$version" "$pyenv/$version".*/bin/"python$version" 2>/dev/null
    fi
done)
echo "$found" | sed -n '1p;$p' | uniq | grep -v '^own$'
