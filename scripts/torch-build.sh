#!/usr/bin/env bash
# Chooses torch's build: prints `cpu` if INDEX answers, else `registry`, and the reason on stderr.
# Usage: scripts/torch-build.sh INDEX RELEASE
set -euo pipefail

if [ -n "${WHEELS:-}" ]; then # a folder of wheels in place of any index
    if compgen -G "$WHEELS/torch-$2+cpu-*.whl" >/dev/null; then echo cpu; else echo registry; fi
    exit
fi

head='import sys, urllib.request as r; r.urlopen(r.Request(sys.argv[1], method="HEAD"))'

# 3 seconds for all of it: the interpreter, the name, the connection and the headers.
if timeout 3 python3 -I -c "$head" "${1%/}/torch/" 2>/dev/null; then
    echo "==> PyTorch's CPU index answers: using its build of torch $2" >&2
    echo cpu
else
    echo "==> PyTorch's CPU index did not answer within 3 s: using the registry's build" \
        "of torch $2, which is several GB larger" >&2
    echo registry
fi
