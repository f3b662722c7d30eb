#!/bin/sh
# Usage: lock.sh UV [OPTION...]
# Writes the lock files from pyproject.toml: every Python from 3.11 on, every platform, with hashes.
# The dev and bench locks build on the runtime lock, so that a package has one version in all three.
set -eu

uv=$1
shift

compile() {
    output=$1
    shift
    "$uv" pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
        --custom-compile-command "make lock" --output-file "$output" "$@" pyproject.toml
    if grep -nE 'https?:|file:|^-|^ *--(index|extra|find)' "$output"; then
        echo "$output names a place to download from; a lock names packages only" >&2
        exit 1
    fi
}

compile requirements.lock "$@"
compile requirements-dev.lock --constraint requirements.lock --group dev "$@"
compile requirements-bench.lock --constraint requirements.lock --group bench "$@"
