"""A lane's environment: the caller's, without what steers the measured libraries, plus its own."""

import os
import pwd
import re
import sys
from collections.abc import Mapping
from pathlib import Path

STEERING = re.compile(
    r"(ONEDNN|DNNL|OMP|KMP|GOMP|MKL|ATEN|TORCH|TORCHINDUCTOR|PYTORCH|IPEX|LD_PRELOAD|MALLOC"
    r"|TCMALLOC|CONDA_PREFIX|GLIBC_TUNABLES|THP_MEM_ALLOC|LRU_CACHE)(_|$)"
)
"""Variables that change speed or instruction sets: an inherited one would measure another lane."""


def scrubbed(inherited: Mapping[str, str]) -> dict[str, str]:
    """The variables of `inherited` that no lane gets to see."""
    return {k: v for k, v in sorted(inherited.items()) if STEERING.match(k)}


def compose(inherited: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of a lane's launcher.

    VIRTUAL_ENV tells ipexrun where libiomp5 lies. One inductor thread, since IPEX's import would
    start a pool of compilers, of 110 MiB each, beside a lane that compiles nothing. torch asks
    for a user name, which a user id without an entry in the password file does not have.
    """
    kept = {k: v for k, v in inherited.items() if not STEERING.match(k)}
    kept["VIRTUAL_ENV"] = sys.prefix
    kept["TORCHINDUCTOR_COMPILE_THREADS"] = "1"
    kept["PATH"] = f"{Path(sys.executable).parent}:{kept.get('PATH', '/usr/bin:/bin')}"
    if not _has_a_name():
        kept.setdefault("USER", f"uid{os.getuid()}")
        kept.setdefault("HOME", "/tmp")
    return {**kept, **own}


def _has_a_name() -> bool:
    try:
        pwd.getpwuid(os.getuid())
    except KeyError:
        return False
    return True
