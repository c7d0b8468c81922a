#!/usr/bin/env bash
# Puts a stack's packages into the environment of PYTHON, from requirements/stack-NAME.txt, with the
# uv on PATH; with FOLDER only their wheels into that, with PYTHON's pip.
# Usage: scripts/training-stack.sh NAME PYTHON [FOLDER]
# torch and torchvision are PyTorch's CPU build if stack-NAME-cpu.txt pins that and its index answers,
# else the registry's. TORCH_BUILD=cpu takes the CPU build, or fails: pinned by no hash if there is no
# such lock, which .bench-unpinned in the environment's folder then says.
set -euo pipefail
cd "$(dirname "$0")/.."

name=$1 python=$2 folder=${3:-}
lock=requirements/stack-$name.txt
cpu_lock=requirements/stack-$name-cpu.txt
unpinned=$(dirname "$(dirname "$python")")/.bench-unpinned
cpu_index=${TORCH_INDEX:-https://download.pytorch.org/whl/cpu}

if [ "${TORCH_BUILD:-cpu}" != cpu ]; then
    echo "error: TORCH_BUILD=$TORCH_BUILD: it is cpu, or not set" >&2
    exit 2
fi

put() {
    if [ -n "$folder" ]; then
        "$python" -m pip download --quiet --disable-pip-version-check --dest "$folder" \
            --only-binary :all: --no-deps "$@"
        return
    fi
    local progress=()
    if [ ! -t 2 ]; then progress=(--quiet); fi
    # Compiled now, for where Python may not write bytecode: without it IPEX takes 17 s to import.
    uv pip install --compile-bytecode "${progress[@]}" --python "$python" --no-deps "$@"
}

put_cpu_build() { # torch and torchvision must be of one index, so no other is asked
    if [ -e "$cpu_lock" ]; then
        put --require-hashes --index-url "$cpu_index" -r "$cpu_lock" || return
    else
        local releases
        mapfile -t releases < <(sed -nE 's/^(torch|torchvision)==([^ ]+).*/\1==\2+cpu/p' "$lock")
        put --index-url "$cpu_index" "${releases[@]}" || return
        if [ -z "$folder" ]; then
            echo "torch and torchvision are PyTorch's CPU build, which no hash pins" >"$unpinned"
        fi
    fi
    # Without the registry's torch, torchvision and what only its CUDA build needs.
    put --require-hashes -r <(awk \
        '/^[a-z]/ { kept = !/^(torch|torchvision|triton)==|^(nvidia|cuda)-/ } kept' "$lock")
}

build=registry
if [ -n "${TORCH_BUILD:-}${WHEELS:-}" ] || [ -e "$cpu_lock" ]; then
    build=$(scripts/torch-build.sh "$cpu_index" "$(sed -nE 's/^torch==([^ ]+).*/\1/p' "$lock")")
fi
if [ "$build" = cpu ] && ! put_cpu_build; then build=failed; fi
if [ -n "${TORCH_BUILD:-}" ] && [ "$build" != cpu ]; then
    echo "error: TORCH_BUILD=cpu: PyTorch's CPU build can't be had; leave that out for the registry's" >&2
    exit 3
fi
if [ "$build" = failed ]; then
    echo "==> That failed: using the registry's build, which is several GB larger"
    if [ -z "$folder" ]; then uv pip uninstall --quiet --python "$python" torch torchvision; fi
fi
if [ "$build" != cpu ]; then put --require-hashes -r "$lock"; fi
