#!/usr/bin/env bash
# What make does with the container: scripts/container.sh image|run|shell|save|load|sbom [ARGUMENT...]
# `docker compose run --rm bench` needs none of this; it only tells less of where the image is from.
set -euo pipefail
cd "$(dirname "$0")/.."

image=bench:local

if ! command -v docker >/dev/null; then
    echo "error: there is no docker here: install Docker with Compose 2, or use ENGINE=local" >&2
    exit 3
fi

commit() { # HEAD, marked if the files that docker/build-record.py looks at differ from it
    local files=(Dockerfile bench docker pyproject.toml requirements scripts)
    git rev-parse --verify --quiet HEAD 2>/dev/null || return 0
    if [ -n "$(git status --porcelain "${files[@]}")" ]; then echo -dirty; fi
}

origin() { # where git fetches from, without a password, unless it is a folder
    local address
    address=$(git config --get remote.origin.url 2>/dev/null) || return 0
    case $address in
        file:* | /* | .*) ;;
        *) sed -E 's#//[^/@]*@#//#; s#\$#$$#g' <<<"$address" ;; # compose takes $ for a variable
    esac
}

label() { # as YAML, if there is a value
    if [ -n "$2" ]; then printf '"org.opencontainers.image.%s": "%s", ' "$1" "$2"; fi
}

with_labels() { # an override of compose.yaml: what is known of the commit, and nothing empty
    printf '{services: {bench: {build: {labels: {'
    label revision "$(commit | tr -d '\n')"
    label source "$(origin)"
    if [ -n "${SOURCE_DATE_EPOCH:-}" ]; then
        label created "$(date --utc --date="@$SOURCE_DATE_EPOCH" +%FT%TZ)"
    fi
    printf '}}}}}\n'
}

build() {
    local files=(--file compose.yaml)
    if [ -e compose.override.yaml ]; then files+=(--file compose.override.yaml); fi
    if [ -z "${SOURCE_DATE_EPOCH:-}" ] && committed=$(git log -1 --format=%ct 2>/dev/null); then
        export SOURCE_DATE_EPOCH=$committed
    fi
    with_labels | docker compose "${files[@]}" --file - build
}

inspect() {
    docker image inspect --format "$1" $image 2>/dev/null
}

compose_run() {
    if ! inspect '{{.Id}}' >/dev/null; then build; fi
    BENCH_IMAGE_ID=$(inspect '{{.Id}}')
    BENCH_IMAGE_DIGEST=$(inspect '{{join .RepoDigests " "}}')
    # Absolute, since compose takes a bare name for a volume's; made here, so that it is the caller's.
    BENCH_RESULTS=${BENCH_RESULTS:-results}
    BENCH_RESULTS=$(realpath -m -- "${BENCH_RESULTS/#"~/"/"$HOME/"}")
    mkdir -p "$BENCH_RESULTS"
    export BENCH_IMAGE_ID BENCH_IMAGE_DIGEST BENCH_RESULTS
    docker compose run --rm "$@"
}

case ${1:-} in
    image) build ;;
    run) compose_run bench "${@:2}" ;;
    shell) compose_run --user "$(id -u):$(id -g)" --entrypoint bash bench ;;
    save)
        docker save $image | gzip -1 >"$2.part"
        mv "$2.part" "$2"
        echo "==> $image is in $2, $(du -h "$2" | cut -f1): on the other host, make load FILE=$2"
        ;;
    load) docker load --input "$2" ;;
    sbom) docker run --rm --interactive --entrypoint python3 $image - <docker/packages.py ;;
    *) echo "Usage: scripts/container.sh image|run|shell|save FILE|load FILE|sbom" >&2 && exit 2 ;;
esac
