#!/usr/bin/env bash
# Sees that Chromium is there for the tests of pages. As root on Debian it installs it; else it
# says how. It never fails: those tests skip without.
set -u
if command -v chromium >/dev/null || ! command -v apt-get >/dev/null; then exit 0; fi
if [ "$(id -u)" != 0 ]; then
    echo "==> Without Chromium the tests of pages are skipped; to install: sudo apt-get install chromium"
    exit 0
fi
echo "==> Installing chromium with apt-get"
export DEBIAN_FRONTEND=noninteractive
{ timeout 120 apt-get update -qq && timeout 300 apt-get install -qq -y --no-install-recommends chromium; } \
    >/dev/null </dev/null && echo "    done in $SECONDS s" && exit 0
echo "    it could not be installed: the tests of pages are skipped"
