"""The memory allocator that lanes preload."""

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import install
from bench.model.finding import Finding

ABOUT = Topic(
    "allocator",
    "libc's allocator gives a step's large buffers back to the kernel and asks for them again: "
    "page faults in every step, up to 1.9 times the time.",
)


def allocator(case: Case) -> Finding:
    """Any tcmalloc, with its profiler or without."""
    tcmalloc = case.host.tools.tcmalloc
    if tcmalloc.value is not None:
        return ABOUT.ok(tcmalloc.value)
    fix = install(case.host, "libtcmalloc-minimal4", "gperftools-libs")
    return ABOUT.warning("no tcmalloc: lanes use libc's allocator", fix)
