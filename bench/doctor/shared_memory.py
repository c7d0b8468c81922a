"""`/dev/shm`: what the DataLoader's processes pass their batches through."""

from itertools import count

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import for_container, in_container
from bench.model.base import Reading
from bench.model.finding import Finding
from bench.plan.estimate import batch_bytes
from bench.plan.hazards import fitting_loaders
from bench.text import GIB, size

ABOUT = Topic(
    "shared memory",
    "Loader processes pass batches through /dev/shm. Where it has no room for them the plan takes "
    "fewer, or none: then samples are loaded inside the timed step.",
)


def shared_memory(case: Case) -> Finding:
    """Room for all loader processes that the plan would like, of the lane that asks for most."""
    shm, (wanted, batch) = case.host.allowance.shm_bytes, _wanted(case)
    given, notes = fitting_loaders(wanted, batch, shm)
    has = size(shm.value) if shm.value is not None else f"none ({shm.reason})"
    value = f"{has}: room for {given} of {wanted} loader processes"
    if not notes:
        return ABOUT.ok(value)
    return ABOUT.warning(value, _enlarge(case))


def _wanted(case: Case) -> tuple[int, int]:
    """Loader processes, and the bytes of a batch."""
    asked = [
        (lane.setup.loader_workers, batch_bytes(lane.setup.batch_size, lane.workload))
        for lane in case.demand.lanes
    ]
    return max(asked, key=lambda each: each[0] * each[1])


def _enlarge(case: Case) -> list[str]:
    """The least number of GiB with which the plan cuts nothing."""
    wanted, batch = _wanted(case)
    enough = (n for n in count(1) if not fitting_loaders(wanted, batch, Reading(value=n * GIB))[1])
    gib = next(enough)
    if in_container(case.host):
        pod = f"volumes: [{{name: shm, emptyDir: {{medium: Memory, sizeLimit: {gib}Gi}}}}]"
        return for_container(case.host, f"shm_size: {gib}gb", f"--shm-size {gib}g", pod)
    return [f"sudo mount -o remount,size={gib}g /dev/shm"]
