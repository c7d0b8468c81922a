#!/usr/bin/env bash
# Makes the local environments from the locks in requirements/:
#   scripts/setup.sh fast              .venv: the kit and what its fast tests and checks need
#   scripts/setup.sh full              with the stack `ipex` in it, and the system's tools (the default)
#   scripts/setup.sh stack NAME        .stacks/NAME, another stack; of `ipex` the same as full
#   scripts/setup.sh lanes LANES [NAME=PYTHON]   what these lanes need; NAME is a stack of the user's
# Says nothing if all is as the locks say; makes anew what a lock changed of, or what is half-made.
set -euo pipefail
cd "$(dirname "$0")/.."
unset VIRTUAL_ENV CONDA_PREFIX PYTHONPATH PYTHONHOME UV_SYSTEM_PYTHON UV_TORCH_BACKEND

fast_inputs=(scripts/setup.sh requirements/{uv,bench,dev}.txt)
full_inputs=("${fast_inputs[@]}" scripts/training-stack.sh requirements/stack-ipex{,-cpu}.txt)

step() { # step WHAT COMMAND...: says what is done, and how long it took
    local began=$SECONDS
    echo "==> $1"
    "${@:2}" || return
    echo "    done in $((SECONDS - began)) s"
}

stamp() { # what an environment is made from, and where: it does not work from another place
    pwd -P
    sha256sum "$@"
}

is_current() { # is_current FOLDER MARKER INPUT...
    [ "$(stamp "${@:3}")" = "$(cat "$1/$2" 2>/dev/null)" ] && "$1/bin/python" -c '' 2>/dev/null
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
        scripts/training-stack.sh ipex .venv/bin/python
    stamp "${fast_inputs[@]}" >.venv/.bench-fast
    stamp "${full_inputs[@]}" >.venv/.bench-full
}

fast() {
    is_current .venv .bench-fast "${fast_inputs[@]}" || make_fast
}

full() {
    if is_current .venv .bench-full "${full_inputs[@]}"; then return; fi
    if [ -e .venv/.bench-full ]; then rm -f .venv/.bench-fast; fi # of older locks: made anew
    fast
    add_training
    scripts/system-tools.sh
}

known_stacks() {
    for input in requirements/stack-*.in; do
        input=${input#requirements/stack-}
        printf ' %s' "${input%.in}"
    done
}

stack() {
    if [ ! -e "requirements/stack-$1.in" ]; then
        echo "error: there is no stack '$1'; known:$(known_stacks)" >&2
        exit 2
    fi
    if [ "$1" = ipex ]; then
        full
        return
    fi
    fast
    local folder=.stacks/$1 build=${TORCH_BUILD:-} inputs=(scripts/training-stack.sh)
    for lock in "requirements/stack-$1.txt" "requirements/stack-$1-cpu.txt"; do
        if [ -e "$lock" ]; then inputs+=("$lock"); fi
    done
    if is_current "$folder" .bench-full "${inputs[@]}" &&
        { [ -z "$build" ] || [ -e "$folder/.bench-unpinned" ]; }; then return; fi
    find_python
    if [ -e "$folder/.bench-unpinned" ]; then build=cpu; fi # chosen once, it is kept
    rm -rf "$folder"
    step "Making $folder with $("$python" --version)" "$python" -m venv --without-pip "$folder"
    follow_pip_configuration
    TORCH_BUILD=$build PATH=$PWD/.venv/bin:$PATH step "Installing the stack $1" \
        scripts/training-stack.sh "$1" "$folder/bin/python"
    stamp "${inputs[@]}" >"$folder/.bench-full"
    scripts/system-tools.sh "$folder/bin/python"
}

lanes() {
    local names
    names=$(python3 -I scripts/check-options.py --stacks lane "$1" stack "$2" 2>/dev/null) || names=ipex
    fast
    for name in $names; do stack "$name"; done
}

case ${1:-full} in
    fast) fast ;;
    full) full ;;
    stack) stack "${2:-}" ;;
    lanes) lanes "${2:-}" "${3:-}" ;;
    *) echo "Usage: scripts/setup.sh [fast|full|stack NAME|lanes LANES [NAME=PYTHON]]" >&2 && exit 2 ;;
esac
