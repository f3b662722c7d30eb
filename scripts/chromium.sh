#!/bin/sh
# Finds Chromium for the browser tests, or installs Debian's when this is root on such a machine.
# Never fails: without Chromium those tests are skipped, and the line printed here says why.

find_browser() {
    for name in chromium chromium-browser google-chrome; do
        path=$(command -v "$name") && version=$("$path" --version 2>/dev/null </dev/null) || continue
        echo "$path: $version"
        return 0
    done
    return 1
}

without() {
    echo "No Chromium, so the browser tests will be skipped: $1"
    exit 0
}

# Usage: bounded SECONDS COMMAND... - its output goes to $log, nothing is asked.
bounded() {
    limit=$1
    shift
    DEBIAN_FRONTEND=noninteractive timeout "$limit" "$@" >"$log" 2>&1 </dev/null
}

reason() {
    line=$(grep -E '^(E:|Err:)' "$log" | tail -n 1)
    echo "${line:-it took more than $limit seconds, or failed without a word}"
}

find_browser && exit 0
command -v apt-get >/dev/null || without "install Chromium with your package manager"
[ "$(id -u)" -eq 0 ] || without "install it with: sudo apt-get install chromium"

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Installing Debian's chromium (once; a few minutes)"
bounded 180 apt-get update || without "apt-get update: $(reason)"
bounded 600 apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=60 chromium ||
    without "apt-get install chromium: $(reason)"
find_browser || without "the chromium that apt-get installed does not start"
