#!/usr/bin/env bash
# Sees that the system tools a run wants are there: numactl, lscpu and tcmalloc; and with a PYTHON as
# its argument what code is compiled with in that one: g++ and its headers.
# As root it installs what is missing; else it says how. It never fails: a run goes without.
set -u

tcmalloc() { PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null | grep -q libtcmalloc; }

apt=() dnf=()
command -v numactl >/dev/null || { apt+=(numactl) && dnf+=(numactl); }
command -v lscpu >/dev/null || { apt+=(util-linux) && dnf+=(util-linux); }
tcmalloc || { apt+=(libtcmalloc-minimal4) && dnf+=(gperftools-libs); }
has_headers='import os, sysconfig; os.stat(sysconfig.get_path("include") + "/Python.h")'
if [ -n "${1:-}" ]; then
    command -v g++ >/dev/null || { apt+=(g++) && dnf+=(gcc-c++); }
    "$1" -c "$has_headers" 2>/dev/null || { apt+=(python3.11-dev) && dnf+=(python3.11-devel); }
fi
[ ${#apt[@]} -gt 0 ] || exit 0

install() {
    if [ "$manager" = apt-get ]; then
        export DEBIAN_FRONTEND=noninteractive
        timeout 120 apt-get update -qq
        timeout 300 apt-get install -qq -y --no-install-recommends "${apt[@]}"
    else
        timeout 300 dnf install -q -y "${dnf[@]}"
    fi
}

if command -v apt-get >/dev/null; then
    manager=apt-get packages="${apt[*]}"
elif command -v dnf >/dev/null; then
    manager=dnf packages="${dnf[*]}"
else
    echo "==> Not found: ${apt[*]} (names in Debian). Without, results are slower, noisier or fewer."
    exit 0
fi
if [ "$(id -u)" = 0 ]; then
    echo "==> Installing $packages with $manager"
    install >/dev/null </dev/null && echo "    done in $SECONDS s" && exit 0
fi
echo "==> Not installed: $packages. Without, results are slower, noisier or fewer; to install:"
echo "    sudo $manager install $packages"
