#!/bin/sh
# Usage: redis.sh
# Prints the path of redis-server: the oldest kind of store that Tasuki promises to work on.

path=$(command -v redis-server) && exec echo "$path"
echo "There is no redis-server on PATH; on Debian: apt-get install redis-server" >&2
exit 1
