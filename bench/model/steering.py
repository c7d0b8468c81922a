"""Which environment variables steer the measured libraries: one list, for controller and worker."""

import os
import re
from collections.abc import Mapping

_STEERING = re.compile(
    # The interpreter and the dynamic loader: which files the stack is.
    r"PYTHON[A-Z0-9]*(_|$)|(LD|CONDA_PREFIX)(_|$)"
    # oneDNN, its developers' switches too (_ONEDNN_…), and other libraries of matrix products.
    r"|_?(ONEDNN|DNNL)_|(MKL|OPENBLAS|GOTO|BLIS|LIBXSMM)(_|$)"
    r"|(OMP|KMP|GOMP)(_|$)"
    # PyTorch and IPEX, with the tracers that both load into the process.
    r"|(ATEN|TORCH[A-Z]*|PYTORCH|AOTINDUCTOR|IPEX|LRU_CACHE|THP_MEM_ALLOC|KINETO|ITT)(_|$)"
    r"|BF16_OPTIMIZED_THROUGHPUT$|INTEL_(ISA|JIT|ITT|LIBITT)"
    # What torch.compile makes, and which compiler with which files makes code of it.
    r"|(INDUCTOR|AOT|AOTI|TRITON|PARTITIONER_MEMORY_BUDGET|TENSORIFY_PYTHON_SCALARS)(_|$)"
    r"|(CC|CXX|CPATH|C_INCLUDE_PATH|CPLUS_INCLUDE_PATH|LIBRARY_PATH|COMPILER_PATH)$"
    r"|(GCC_EXEC_PREFIX|GCC_COMPARE_DEBUG|GNUTARGET|LDEMULATION)$"
    r"|(MALLOC|TCMALLOC|JEMALLOC|MIMALLOC|GLIBC_TUNABLES|HEAPPROFILE|HEAPCHECK|CPUPROFILE)(_|$)"
)


def steering(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of `environment` that change a library's speed, or which library it is.

    An inherited one would measure another lane, or another stack. Bytes that are no text are `�`.
    """
    steer = {name: value for name, value in sorted(environment.items()) if _STEERING.match(name)}
    return {name: os.fsencode(value).decode(errors="replace") for name, value in steer.items()}
