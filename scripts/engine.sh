#!/usr/bin/env bash
# Where a benchmark runs: prints `docker` if a container engine answers, else `local`.
if timeout 10 docker info >/dev/null 2>&1 && docker compose version >/dev/null 2>&1; then
    echo docker
else
    echo local
fi
