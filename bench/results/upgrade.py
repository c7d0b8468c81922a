"""Schema 1.0 as 2.0 has it: what was the run's own is now each lane's, and other names.

A tree may be a stranger's. What is not as 1.0 has it is refused here, or goes through unchanged and
is refused by the schema: nothing is dropped in silence.
"""

from typing import Any

from bench.results.bounds import VALUES
from bench.results.structure import LANES

Tree = dict[str, Any]

UNKNOWN = {"value": None, "reason": "schema 1.0 does not tell"}
PACKAGES = {
    "torch": "torch",
    "torchvision": "torchvision",
    "intel-extension-for-pytorch": "intel_extension_for_pytorch",
}
RENAMED = {
    "compute_images_per_second": "compute_samples_per_second",
    "end_to_end_images_per_second": "end_to_end_samples_per_second",
    "bound_images_per_second": "bound_samples_per_second",
    "gflop_per_image": "gflop_per_sample",
    "megabytes_per_image": "megabytes_per_sample",
    "images": "samples",
    "data_images": "data_samples",
}


def upgrade(tree: Any) -> Tree:
    """The 2.0 tree of a 1.0 tree, which is left as it is. ValueError if it is none."""
    try:
        return _result(tree)
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise ValueError(f"it does not follow schema 1.0: {error!r}") from None


def _result(old: Tree) -> Tree:
    processes, summary = _list(old["processes"]), old["summary"]
    failed, interrupted = (
        {process["lane"] for process in processes if process["outcome"] == outcome}
        for outcome in ("failed", "interrupted")
    )
    lanes = {lane["id"]: lane for lane in _bounded(old["plan"])["lanes"]}
    states = {
        name: {"state": _state(lane, name in interrupted), "reason": lane["reason"]}
        for name, lane in lanes.items()
    }
    return old | {
        "schema_version": "2.0",
        "kit": _kit(old["kit"]),
        "host": _host(old["host"]),
        "plan": _plan(old["plan"], failed, summary["baseline"]),
        "data": old["data"] and _data(old["data"], old["plan"]["workload"]["classes"]),
        "processes": [_process(process) for process in processes],
        "summary": _summary(summary, states),
    }


def _bounded(plan: Tree) -> Tree:
    """The plan, whose cores, libraries and workload each lane is about to get."""
    lanes = len(_list(plan["lanes"]))
    if lanes > LANES:
        raise ValueError(f"plan.lanes: more than {LANES}")
    copied = len(plan["cores"]) + len(plan["preload"]) + len(plan["workload"])
    if copied * lanes > VALUES:
        raise ValueError(f"it has more than {VALUES:,} values, its lanes' cores included")
    return plan


def _kit(old: Tree) -> Tree:
    build = dict(old["build"])
    if build["value"] is not None:
        build["value"] = dict(build["value"])
        build["value"]["torch_builds"] = {"ipex": build["value"].pop("torch_build")}
    return old | {"build": build}


def _host(old: Tree) -> Tree:
    host, tools = dict(old), dict(old["tools"])
    stack = {
        "name": "ipex",
        "python": UNKNOWN,
        "packages": {package: tools.pop(field) for package, field in PACKAGES.items()},
        "ipexrun": tools.pop("ipexrun"),
        "iomp5": tools.pop("iomp5"),
        "lock": UNKNOWN,
    }
    allowance = dict(host.pop("limits"))
    nodes = [node["node"] for node in host["topology"]["nodes"]]
    policy = allowance.pop("memory_policy")
    allowance["bindable_nodes"] = {"value": nodes, "reason": None} if policy["value"] else UNKNOWN
    return host | {"allowance": allowance, "tools": tools, "stacks": [stack]}


def _plan(old: Tree, failed: set[str], baseline: str) -> Tree:
    plan = _renamed(old)
    workload = dict(plan.pop("workload"))
    del workload["classes"]
    shared = {
        "batch_size": workload.pop("batch_size"),
        "loader_workers": workload.pop("loader_workers"),
        "preload": plan.pop("preload"),
        "stack": "ipex",
    }
    placement = {
        "cores": plan.pop("cores"),
        "node": plan.pop("node"),
        "reason": plan.pop("cores_reason"),
        "task_manager": plan.pop("task_manager"),
    }
    workload |= {"title": "ResNet-50", "unit": "img"}
    lanes = [_lane(lane, shared, placement, failed) for lane in plan["lanes"]]
    return plan | {"baseline": baseline, "lanes": [lane | {"workload": workload} for lane in lanes]}


def _lane(old: Tree, shared: Tree, placement: Tree, failed: set[str]) -> Tree:
    lane = dict(old)
    status, reason, launcher = lane.pop("status"), lane.pop("reason"), lane.pop("launcher")
    setup = {name: lane.pop(name) for name in ("engine", "precision", "memory_format", "ceiling")}
    own = {name: value for name, value in lane.pop("environment").items() if name != "LD_PRELOAD"}
    placement = placement | {"launcher": launcher or "direct"}
    intention = "skipped" if status == "skipped" else "planned"
    if status == "failed" and lane["id"] not in failed:
        intention = "too large"  # the only way to fail without a process
    ceiling = setup["ceiling"].lower()
    return lane | {
        "setup": setup | shared | {"environment": own, "placement": placement},
        "instruction_set": "amx" if "amx" in ceiling else ceiling,
        "intention": intention,
        "reason": None if intention == "planned" else reason,
    }


def _state(lane: Tree, interrupted: bool) -> object:
    """What became of the lane, which 1.0 kept in the plan."""
    if lane["status"] == "planned":
        return "interrupted" if interrupted else "not reached"
    return lane["status"]


def _data(old: Tree, classes: int) -> Tree:
    return old | {"spec": _renamed(old["spec"]) | {"classes": classes}}


def _process(old: Tree) -> Tree:
    process = dict(old)
    rank = {name: process.pop(name) for name in ("evidence", "kernels", "contradictions")}
    record = process.pop("record")
    if record is not None:
        parts = {name: _renamed(record[name]) for name in ("compute", "end_to_end")}
        record = record | {"rank": 0} | parts
    return process | {"ranks": [{"rank": 0, "record": record, **rank}]}


def _summary(old: Tree, states: dict[str, Tree]) -> Tree:
    lanes = []
    for lane in map(_renamed, _list(old["lanes"])):
        limits = lane["limits"] and _renamed(lane["limits"])
        lanes.append(lane | states[lane["lane"]] | {"limits": limits, "cautions": []})
    return old | {"method": {"version": "1.0", "constants": {}}, "lanes": lanes}


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{type(value).__name__} instead of a list")
    return value


def _renamed(old: Tree) -> Tree:
    return {RENAMED.get(name, name): value for name, value in old.items()}
