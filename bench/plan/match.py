"""Which lanes a host can run, and why it can't run the others."""

from bench.model.host import Host
from bench.plan.catalogue.lanes import LANES, Lane

AMX_SETS = ("amx_tile", "amx_bf16")


def matches(host: Host) -> dict[str, str | None]:
    """Every lane of the catalogue: None if `host` can run it, else why not."""
    return {lane.id: why_not(lane, host) for lane in LANES}


def why_not(lane: Lane, host: Host) -> str | None:
    """Return the reason that `host` can't run `lane`, or None if it can."""
    reasons = []
    sets = {i.name: i for i in host.instruction_sets}
    missing = [n for n in lane.requires if n not in sets or not sets[n].advertised]
    broken = [n for n in lane.requires if n not in missing and sets[n].usable is False]
    if missing:
        reasons.append(f"the CPU does not advertise {', '.join(missing)}")
    reasons += [f"{name} is advertised but does not run here: {sets[name].why}" for name in broken]
    if set(AMX_SETS) & set(lane.requires) and host.amx_permission.granted is not True:
        answer = host.amx_permission
        reasons.append(f"the kernel answered {answer.request} with {answer.answer}")
    if lane.engine == "ipex" and host.tools.intel_extension_for_pytorch.value is None:
        reasons.append(f"IPEX is {host.tools.intel_extension_for_pytorch.reason}")
    if host.tools.torch.value is None:
        reasons.append(f"torch is {host.tools.torch.reason}")
    return "; ".join(reasons) or None
