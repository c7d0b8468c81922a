"""What oneDNN printed for real (`tests/recorded/onednn/`), and the lanes it can be held against."""

from pathlib import Path
from typing import Any

from bench.analysis.evidence import kernels
from bench.model.plan import PlannedLane
from bench.model.process import Kernel
from tests.lanes import make_lane

LINES = Path(__file__).parent / "recorded" / "onednn"
RECORDED = sorted(path.stem for path in LINES.glob("*.txt"))


def lines(name: str) -> str:
    return (LINES / f"{name}.txt").read_text()


def recorded(name: str) -> list[Kernel]:
    return kernels(lines(name))


def planned(lane: str, **changes: Any) -> PlannedLane:
    """A lane as planned on a host that can run it; `changes` are its fields or its set-up's."""
    return make_lane(lane, **changes)


def kernel(primitive: str, implementation: str, **changes: Any) -> Kernel:
    """One call of a millisecond on BF16, for a case that no recording has."""
    (found,) = kernels(
        f"onednn_verbose,v1,primitive,exec,cpu,{primitive},{implementation},forward_training,"
        "src:bf16::blocked:acdb::f0 wei:bf16::blocked:acdb::f0 dst:bf16::blocked:acdb::f0,"
        "attr-scratchpad:user,,mb2_ic64oc64,1\n"
    )
    return found.model_copy(update=changes)
