"""`/dev/shm`: what the DataLoader's processes pass their batches through."""

from itertools import count

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import for_container, in_container
from bench.model.base import Reading
from bench.model.finding import Finding
from bench.plan.hazards import within_shared_memory
from bench.text import GIB, size

ABOUT = Topic(
    "shared memory",
    "Loader processes pass batches through /dev/shm. Where it has no room for them the plan takes "
    "fewer, or none: then images are loaded inside the timed step.",
)


def shared_memory(case: Case) -> Finding:
    """Room for all loader processes that the plan would like."""
    shm, wanted = case.host.limits.shm_bytes, case.demand.workload
    given, notes = within_shared_memory(wanted, shm)
    has = size(shm.value) if shm.value is not None else f"none ({shm.reason})"
    value = f"{has}: room for {given.loader_workers} of {wanted.loader_workers} loader processes"
    if not notes:
        return ABOUT.ok(value)
    return ABOUT.warning(value, _enlarge(case))


def _enlarge(case: Case) -> list[str]:
    """The least number of GiB with which the plan cuts nothing."""
    wanted = case.demand.workload
    enough = (n for n in count(1) if not within_shared_memory(wanted, Reading(value=n * GIB))[1])
    gib = next(enough)
    if in_container(case.host):
        pod = f"volumes: [{{name: shm, emptyDir: {{medium: Memory, sizeLimit: {gib}Gi}}}}]"
        return for_container(case.host, f"shm_size: {gib}gb", f"--shm-size {gib}g", pod)
    return [f"sudo mount -o remount,size={gib}g /dev/shm"]
