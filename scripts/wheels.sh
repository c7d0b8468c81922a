#!/usr/bin/env bash
# Fills wheels/ with every wheel of the locks, so that an image can be built without a package index.
# Needs pip in .venv. torch: PyTorch's CPU build where its index answers, else the registry's.
set -euo pipefail
cd "$(dirname "$0")/.."

cpu_index=${TORCH_INDEX:-https://download.pytorch.org/whl/cpu}

download() {
    .venv/bin/python -m pip download --quiet --disable-pip-version-check --dest wheels \
        --only-binary :all: --no-deps --require-hashes "$@"
}

rm -f wheels/*.whl
build=$(PATH=.venv/bin:$PATH scripts/torch-build.sh "$cpu_index")
download -r requirements/uv.txt -r requirements/bench.txt
if [ "$build" = cpu ]; then
    download --index-url "$cpu_index" -r requirements/torch-cpu.txt
    download -r requirements/train.txt
else
    download -r requirements/torch-registry.txt
fi
echo "==> wheels/ holds $(find wheels -name '*.whl' | wc -l) wheels, $(du -sh wheels | cut -f1)"
