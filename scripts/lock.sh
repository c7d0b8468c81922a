#!/usr/bin/env bash
# Writes the hash-pinned locks in requirements/ from their .in files; needs uv in .venv.
# Pins that still fit are kept; `--upgrade` takes the newest versions.
set -euo pipefail
cd "$(dirname "$0")/.."

all=$(mktemp)
trap 'rm -f "$all"' EXIT

compile() { # compile LOCK ARGUMENTS...: addresses and machine paths stay out of the file
    local lock=$1
    shift
    ../.venv/bin/uv pip compile --quiet --generate-hashes --no-annotate \
        --python-version 3.11 --python-platform x86_64-manylinux_2_28 \
        --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
        --output-file "$lock" "$@" >/dev/null
}

cd requirements
# All inputs resolved at once, so that a package has the same version in every lock.
cat bench.txt dev.txt torch-registry.txt uv.txt >"$all" 2>/dev/null || true
echo "==> Resolving all inputs together"
compile "$all" "$@" bench.in dev.in torch-registry.in uv.in
for name in bench dev train torch-registry uv; do
    echo "==> Writing requirements/$name.txt"
    compile "$name.txt" --upgrade --constraint "$all" "$name.in"
done
