"""`/dev/shm`: what the DataLoader's processes pass their batches through."""

from bench.doctor.case import Case
from bench.doctor.finding import Topic
from bench.doctor.fixes import for_container, in_container
from bench.model.finding import Finding
from bench.plan.estimate import batch_bytes
from bench.plan.hazards import fitting_loaders, shm_needed
from bench.text import GIB, size

ABOUT = Topic(
    "shared memory",
    "Loader processes pass batches through /dev/shm. Where it has no room for them the plan takes "
    "fewer, or none: then samples are loaded inside the timed step.",
)


def shared_memory(case: Case) -> Finding:
    """Room for all loader processes that the plan would like, of the lane that asks for most."""
    shm, (wanted, batch) = case.host.allowance.shm_available_bytes, _wanted(case)
    given, notes = fitting_loaders(wanted, batch, shm)
    has = f"{size(shm.value)} free" if shm.value is not None else f"none ({shm.reason})"
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
    """Room for all beside what is in use there, in whole GiB."""
    wanted, batch = _wanted(case)
    whole, free = case.host.allowance.shm_bytes.value or 0, case.host.allowance.shm_available_bytes
    used = max(0, whole - free.value) if free.value is not None else 0
    needed = shm_needed(wanted, batch)
    if used and whole >= needed:
        return ["# it is large enough: remove what nobody uses any more", "ls -lAS /dev/shm"]
    gib = -(-(used + needed) // GIB)
    if in_container(case.host):
        pod = f"volumes: [{{name: shm, emptyDir: {{medium: Memory, sizeLimit: {gib}Gi}}}}]"
        return for_container(case.host, f"shm_size: {gib}gb", f"--shm-size {gib}g", pod)
    if case.host.allowance.shm_bytes.value is None:
        return ["sudo mkdir -p /dev/shm", f"sudo mount -t tmpfs -o size={gib}g tmpfs /dev/shm"]
    return [f"sudo mount -o remount,rw,size={gib}g /dev/shm"]
