#!/usr/bin/env bash
# Makes .venv, the local environment, from the locks in requirements/: scripts/setup.sh [fast|full]
#   fast   the kit and what its fast tests and checks need
#   full   the training stack and the system tools too (the default)
# Says nothing if .venv is as the locks say; makes it anew if a lock changed or it is half-made.
set -euo pipefail
cd "$(dirname "$0")/.."
unset VIRTUAL_ENV CONDA_PREFIX PYTHONPATH PYTHONHOME UV_SYSTEM_PYTHON UV_TORCH_BACKEND

fast_inputs=(scripts/setup.sh requirements/{uv,bench,dev}.txt)
full_inputs=("${fast_inputs[@]}" scripts/training-stack.sh
    requirements/{train,torch-cpu,torch-registry}.txt)

step() { # step WHAT COMMAND...: says what is done, and how long it took
    local began=$SECONDS
    echo "==> $1"
    "${@:2}" || return
    echo "    done in $((SECONDS - began)) s"
}

stamp() { # what .venv is made from, and where: it does not work from another place
    pwd -P
    sha256sum "$@"
}

is_current() { # is_current MARKER INPUT...
    [ "$(stamp "${@:2}")" = "$(cat ".venv/$1" 2>/dev/null)" ] && .venv/bin/python -c '' 2>/dev/null
}

find_python() {
    # The base interpreter's own path: the one found may be .venv's, or a shim.
    local show='import sys, ensurepip; sys.version_info[:2] == (3, 11) and print(sys._base_executable)'
    for candidate in python3.11 python3; do
        python=$("$candidate" -c "$show" 2>/dev/null) || continue
        if [ -n "$python" ]; then return; fi
    done
    echo "Python 3.11 with venv is needed (IPEX 2.8 and the locks are for it) and was not found." \
        $'\n'"Install it (sudo apt-get install python3.11-venv, sudo dnf install python3.11," \
        "uv python install 3.11) and run this again." >&2
    exit 3
}

pip_setting() { # from pip's environment variables or else its files
    .venv/bin/python -m pip config list | sed -nE "s/^(:env:|global)\.$1='(.*)'$/\2/p" | sed 1q
}

follow_pip_configuration() { # uv does not read it
    local url certificates
    url=${UV_DEFAULT_INDEX:-$(pip_setting index-url)}
    certificates=${SSL_CERT_FILE:-$(pip_setting cert)}
    if [ -n "$url" ]; then export UV_DEFAULT_INDEX=$url; fi
    if [ -n "$certificates" ]; then export SSL_CERT_FILE=$certificates; fi
}

install_uv() {
    .venv/bin/python -m pip install --quiet --disable-pip-version-check \
        --require-hashes -r requirements/uv.txt
}

install() {
    local progress=()
    if [ ! -t 2 ]; then progress=(--quiet); fi
    # Compiled now, for where Python may not write bytecode: without it IPEX takes 17 s to import.
    .venv/bin/uv pip install --compile-bytecode "${progress[@]}" --python .venv/bin/python "$@"
}

install_kit() {
    install --require-hashes -r requirements/bench.txt -r requirements/dev.txt &&
        install --no-deps --no-build-isolation --editable .
}

make_fast() {
    find_python
    rm -rf .venv
    step "Making .venv with $("$python" --version)" "$python" -m venv .venv
    step "Installing uv" install_uv
    follow_pip_configuration
    step "Installing the kit and its test tools" install_kit
    stamp "${fast_inputs[@]}" >.venv/.bench-fast
}

add_training() {
    rm .venv/.bench-fast # half-made from here on
    follow_pip_configuration
    PATH=$PWD/.venv/bin:$PATH step "Installing torch, torchvision and IPEX" \
        scripts/training-stack.sh .venv/bin/python
    stamp "${fast_inputs[@]}" >.venv/.bench-fast
    stamp "${full_inputs[@]}" >.venv/.bench-full
}

fast() {
    is_current .bench-fast "${fast_inputs[@]}" || make_fast
}

full() {
    if is_current .bench-full "${full_inputs[@]}"; then return; fi
    if [ -e .venv/.bench-full ]; then rm -f .venv/.bench-fast; fi # of older locks: made anew
    fast
    add_training
    scripts/system-tools.sh
}

case ${1:-full} in
    fast) fast ;;
    full) full ;;
    *) echo "Usage: scripts/setup.sh [fast|full]" >&2 && exit 2 ;;
esac
