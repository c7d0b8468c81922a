"""The allocator and the OpenMP runtime that lanes preload."""

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import install, install_stack
from bench.model.finding import Finding

ALLOCATOR = Topic(
    "allocator",
    "libc's allocator gives a step's large buffers back to the kernel and asks for them again: "
    "page faults in every step, up to 1.9 times the time.",
)
OPENMP = Topic(
    "OpenMP runtime",
    "Without Intel's, the launcher binds threads in a way that puts all DataLoader processes on "
    "one core, and end-to-end figures fall.",
)


def allocator(case: Case) -> Finding:
    """Any tcmalloc, with its profiler or without."""
    found = case.host.tools.tcmalloc
    if found.value is not None:
        return ALLOCATOR.ok(found.value)
    fix = install(case.host, "libtcmalloc-minimal4", "gperftools-libs")
    return ALLOCATOR.warning("no tcmalloc: lanes use libc's allocator", fix)


def openmp(case: Case) -> Finding:
    """Intel's libiomp5."""
    found = case.host.tools.iomp5
    if found.value is not None:
        return OPENMP.ok(found.value)
    return OPENMP.warning("no libiomp5: lanes use GNU's", install_stack("intel-openmp"))
