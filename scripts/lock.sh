#!/usr/bin/env bash
# Writes the hash-pinned locks in requirements/ from their .in files; needs uv in .venv.
# Pins that still fit are kept; `--upgrade` takes the newest versions.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

compile() { # compile LOCK ARGUMENTS...: addresses and machine paths stay out of the file
    local lock=$1
    shift
    ../.venv/bin/uv pip compile --quiet --generate-hashes --no-annotate \
        --python-version 3.11 --python-platform x86_64-manylinux_2_28 \
        --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
        --output-file "$lock" "$@" >/dev/null
}

cd requirements
# All inputs but further stacks' resolved at once, so that a package has the same version in each.
cat bench.txt dev.txt stack-ipex.txt uv.txt >"$work/all" 2>/dev/null || true
echo "==> Resolving all inputs together"
compile "$work/all" "$@" bench.in dev.in stack-ipex.in uv.in
for name in bench dev stack-ipex uv; do
    echo "==> Writing requirements/$name.txt"
    compile "$name.txt" --upgrade --constraint "$work/all" "$name.in"
done

# Of a further stack the same versions, as far as its torch can do with them.
for input in stack-*.in; do
    name=${input%.in}
    if [ "$name" = stack-ipex ]; then continue; fi
    echo "==> Writing requirements/$name.txt"
    cp "$work/all" "$work/$name"
    if [ $# = 0 ]; then cat "$name.txt" >>"$work/$name" 2>/dev/null || true; fi
    compile "$work/$name" "$input"
    cp "$work/$name" "$name.txt"
done
