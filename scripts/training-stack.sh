#!/usr/bin/env bash
# Installs torch, torchvision and IPEX from the locks, with the uv on PATH, for PYTHON: PyTorch's
# CPU build where its index answers, else the registry's. Usage: scripts/training-stack.sh PYTHON
set -euo pipefail
cd "$(dirname "$0")/.."

python=$1
cpu_index=${TORCH_INDEX:-https://download.pytorch.org/whl/cpu}

install() {
    local progress=()
    if [ ! -t 2 ]; then progress=(--quiet); fi
    # Compiled now, for where Python may not write bytecode: without it IPEX takes 17 s to import.
    uv pip install --compile-bytecode "${progress[@]}" --python "$python" --require-hashes "$@"
}

install_cpu_build() { # torch and torchvision must be of one index, so no other is asked
    install --no-deps --index-url "$cpu_index" -r requirements/torch-cpu.txt &&
        install -r requirements/train.txt
}

build=$(scripts/torch-build.sh "$cpu_index")
if [ "$build" = cpu ] && ! install_cpu_build; then
    echo "==> That failed: using the registry's build, 3.9 GB to download, 8 GB on disk"
    uv pip uninstall --quiet --python "$python" torch torchvision
    build=registry
fi
if [ "$build" = registry ]; then install -r requirements/torch-registry.txt; fi
