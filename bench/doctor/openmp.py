"""The OpenMP runtime that a stack's lanes preload."""

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import install_stack
from bench.host.stacks import OPENMP
from bench.model.finding import Finding
from bench.model.host import Stack

ABOUT = Topic(
    "OpenMP",
    "Without Intel's, the launcher binds threads in a way that puts all DataLoader processes on "
    "one core, and end-to-end figures fall.",
)


def openmp(case: Case, stack: Stack) -> Finding:
    """Intel's libiomp5."""
    about = ABOUT.of(stack.name)
    if stack.python.value is None:
        return about.unknown(stack.python.reason)
    if stack.iomp5.value is not None:
        return about.ok(stack.iomp5.value)
    fix = install_stack(stack.python.value, OPENMP)
    return about.warning("no libiomp5: lanes use GNU's", fix)
