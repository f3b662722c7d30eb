#!/bin/sh
# Usage: python.sh NAME...
# Prints the first Python of the names given that can make an environment for Tasuki:
# 3.11 or newer, with venv and ensurepip. Otherwise says in one line what is missing, and fails.

seen=
for name in "$@"; do
    version=$("$name" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null </dev/null) || continue
    if ! "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' </dev/null; then
        seen="$seen $name is $version;"
    elif ! "$name" -c 'import ensurepip, venv' 2>/dev/null </dev/null; then
        seen="$seen $name ($version) has no venv, on Debian: apt-get install python$version-venv;"
    else
        echo "$name"
        exit 0
    fi
done
echo "Tasuki needs Python 3.11 or newer with venv:${seen:- found none of: $*;} choose one with make PYTHON=..." >&2
exit 1
