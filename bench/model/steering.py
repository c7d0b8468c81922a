"""Which environment variables steer the measured libraries: one list, for controller and worker."""

import re
from collections.abc import Mapping

_STEERING = re.compile(
    r"(ONEDNN|DNNL|OMP|KMP|GOMP|MKL|ATEN|TORCH|TORCHINDUCTOR|PYTORCH|IPEX|LD_PRELOAD|MALLOC"
    r"|TCMALLOC|CONDA_PREFIX|GLIBC_TUNABLES|LIBXSMM|THP_MEM_ALLOC|LRU_CACHE)(_|$)"
)


def steering(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of `environment` that change a library's speed or instruction set, by name.

    An inherited one would measure another lane.
    """
    return {name: value for name, value in sorted(environment.items()) if _STEERING.match(name)}
