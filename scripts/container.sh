#!/usr/bin/env bash
# What make does with the container: scripts/container.sh image|run|shell|save|load|sbom [ARGUMENT...]
# `docker compose run --rm bench` needs none of this; it only tells less of where the image is from.
set -euo pipefail
cd "$(dirname "$0")/.."

image=bench:local

export_identity() { # what labels say; the record in the image finds the commit by itself
    if BENCH_COMMIT=$(git rev-parse HEAD 2>/dev/null); then
        # The same files as docker/build-record.py looks at.
        if [ -n "$(git status --porcelain Dockerfile bench docker pyproject.toml requirements scripts)" ]; then
            BENCH_COMMIT+=-dirty
        fi
        export BENCH_COMMIT
        export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
        BENCH_CREATED=$(date --utc --date="@$SOURCE_DATE_EPOCH" +%FT%TZ)
        BENCH_SOURCE=$(git config --get remote.origin.url | sed -E 's#//[^/@]*@#//#' || true)
        export BENCH_CREATED BENCH_SOURCE
    fi
}

build() {
    export_identity
    docker compose build
}

inspect() {
    docker image inspect --format "$1" $image 2>/dev/null
}

compose_run() {
    if ! inspect '{{.Id}}' >/dev/null; then build; fi
    BENCH_IMAGE_ID=$(inspect '{{.Id}}')
    BENCH_IMAGE_DIGEST=$(inspect '{{range .RepoDigests}}{{.}}{{end}}')
    # Absolute, since compose takes a bare name for a volume's; made here, so that it is the caller's.
    BENCH_RESULTS=$(realpath -m "${BENCH_RESULTS:-results}")
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
