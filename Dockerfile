# The image: Debian's Python, the training stacks and the kit. docs/container.md explains it.
# No performance setting stands here: a lane's environment belongs to the lane, and is recorded.
ARG BENCH_BASE=debian:bookworm-20260824-slim
ARG BENCH_BASE_DIGEST=sha256:88200866dfff7ea7f5cbcb6ec7c8a701889efe6fe859fe64d6990e4b07ea4171
ARG STACKS="ipex torch"

# What a run needs of the system; torch.compile needs the compiler and Python's headers.
FROM ${BENCH_BASE}${BENCH_BASE_DIGEST:+@${BENCH_BASE_DIGEST}} AS system
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=secret,id=ca,mode=0444 \
    --mount=type=bind,source=docker/apt-install,target=/usr/local/sbin/apt-install \
    apt-install ca-certificates g++ libjemalloc2 libpython3-dev libtcmalloc-minimal4 numactl \
        python3 util-linux
# The launcher looks for these names exactly; Debian's run-time packages have others.
RUN ln -sf /usr/lib/x86_64-linux-gnu/libtcmalloc_minimal.so.4 /usr/local/lib/libtcmalloc.so && \
    ln -sf /usr/lib/x86_64-linux-gnu/libjemalloc.so.2 /usr/local/lib/libjemalloc.so && \
    { id bench >/dev/null 2>&1 || useradd -u 1000 -U -M -d /tmp bench; } && \
    install -d -o bench -g bench -m 2775 /bench/results /bench/data && \
    chmod go-w /var/tmp /run/lock && rm -f /var/log/*.log

FROM system AS stack-base
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=secret,id=ca,mode=0444 \
    --mount=type=bind,source=docker/apt-install,target=/usr/local/sbin/apt-install \
    apt-install git python3-venv

# The kit's own environment, without pip. Copied out of the cache, not linked: both are not on one
# file system.
FROM stack-base AS venv
WORKDIR /build
ARG PIP_INDEX_URL
ENV UV_LINK_MODE=copy
COPY docker/with-indexes docker/
COPY requirements/bench.txt requirements/uv.txt requirements/
RUN --mount=type=cache,target=/root/.cache \
    --mount=type=secret,id=ca,mode=0444 \
    --mount=type=bind,source=wheels,target=/wheels \
    python3 -m venv /opt/uv && python3 -m venv --without-pip /opt/bench/venv && \
    docker/with-indexes /opt/uv/bin/pip install --quiet --require-hashes -r requirements/uv.txt && \
    docker/with-indexes /opt/uv/bin/uv pip install --quiet --compile-bytecode \
        --python /opt/bench/venv/bin/python --require-hashes -r requirements/bench.txt && \
    rm /opt/bench/venv/.lock

# A file for each stack that was asked for. The stages that make them see their own alone, so that
# one is not made anew because another was left out; a pattern, since it may not be there.
FROM stack-base AS asked
ARG STACKS
WORKDIR /asked
RUN --mount=type=bind,source=requirements,target=/requirements \
    for name in $STACKS; do ls "/requirements/stack-$name.in" && touch "$name" || exit; done

FROM venv AS stack
ARG TORCH_BUILD
ARG TORCH_INDEX
COPY docker/leave-out.py docker/make-stack docker/try-stack.py docker/
COPY scripts/torch-build.sh scripts/training-stack.sh scripts/

# The stack of the kit's own environment.
FROM stack AS ipex
COPY requirements/stack-ipex*.txt requirements/
COPY --from=asked /asked/ipe[x] /asked/
RUN --mount=type=cache,target=/root/.cache \
    --mount=type=secret,id=ca,mode=0444 \
    --mount=type=bind,source=wheels,target=/wheels \
    docker/make-stack ipex /opt/bench/venv

# One beside it: another is a stage like this, and a COPY below.
FROM stack AS torch
COPY requirements/stack-torch*.txt requirements/
COPY --from=asked /asked/torc[h] /asked/
RUN --mount=type=cache,target=/root/.cache \
    --mount=type=secret,id=ca,mode=0444 \
    --mount=type=bind,source=wheels,target=/wheels \
    docker/make-stack torch /opt/bench/.stacks/torch

# The kit, and the record of what it was built from.
FROM venv AS kit
COPY pyproject.toml ./
COPY bench bench
RUN /opt/uv/bin/uv pip install --quiet --no-cache --compile-bytecode --no-deps \
        --no-build-isolation --python /opt/bench/venv/bin/python . && \
    mkdir /kit && cd /opt/bench && \
    cp -a --parents venv/bin/bench venv/lib/python3.11/site-packages/bench* /kit
ARG BENCH_BASE
ARG BENCH_BASE_DIGEST
ARG SOURCE_DATE_EPOCH
RUN --mount=type=bind,target=/context \
    --mount=type=bind,from=ipex,source=/made,target=/made/ipex \
    --mount=type=bind,from=torch,source=/made,target=/made/torch \
    python3 /context/docker/build-record.py /context /made >/kit/build.json

FROM system AS image
COPY --from=ipex /opt/bench/venv /opt/bench/venv
COPY --from=torch /opt/bench/.stacks /opt/bench/.stacks
COPY docker/entrypoint /opt/bench/entrypoint
COPY --from=kit /kit /opt/bench
# The home is the one folder that any user may write to.
ENV PATH=/opt/bench/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME=/tmp
WORKDIR /bench
USER 1000:1000
ENTRYPOINT ["/opt/bench/entrypoint"]
CMD ["run"]
ARG BENCH_BASE
ARG BENCH_VERSION=0.1.0
LABEL org.opencontainers.image.title="bench" \
    org.opencontainers.image.description="PyTorch training benchmark for Intel Xeon" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="${BENCH_VERSION}" \
    org.opencontainers.image.base.name="${BENCH_BASE}"

# A label is there or not, never empty. `make image` adds revision, source and created.
FROM image AS image-pinned
ARG BENCH_BASE_DIGEST
LABEL org.opencontainers.image.base.digest="${BENCH_BASE_DIGEST}"

FROM image${BENCH_BASE_DIGEST:+-pinned}
