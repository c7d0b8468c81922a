#!/usr/bin/env bash
# Fills wheels/ with every wheel of the locks, so that an image can be built without a package index;
# of the training stacks with those of STACKS, or all. Needs pip in .venv.
set -euo pipefail
cd "$(dirname "$0")/.."

rm -f wheels/*.whl
.venv/bin/python -m pip download --quiet --disable-pip-version-check --dest wheels \
    --only-binary :all: --no-deps --require-hashes -r requirements/uv.txt -r requirements/bench.txt
for input in requirements/stack-*.in; do
    name=$(basename "$input" .in)
    name=${name#stack-}
    if [[ " ${STACKS:-$name} " != *" $name "* ]]; then continue; fi
    PATH=$PWD/.venv/bin:$PATH scripts/training-stack.sh "$name" .venv/bin/python wheels
done
echo "==> wheels/ holds $(find wheels -name '*.whl' | wc -l) wheels, $(du -sh wheels | cut -f1)"
