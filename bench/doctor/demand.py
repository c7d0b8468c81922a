"""What a run asks of this host."""

from dataclasses import dataclass

from bench.model.base import Reading
from bench.model.host import Host
from bench.model.plan import PlannedLane
from bench.plan.catalogue.lanes import BASELINE
from bench.plan.cores import LaneCores
from bench.plan.lanes import lanes_on
from bench.plan.nodes import MemoryBound
from bench.plan.options import Options
from bench.plan.pace import least_bound
from bench.plan.workload import profile_of
from bench.text import GIB

ROOM = Reading[int](value=1024 * 1024 * GIB)
"""More memory than anything needs, so that the plan cuts nothing."""


@dataclass(frozen=True)
class Demand:
    """The lanes that a run has for a host, as they would be with room for everything.

    `asked` are those that the options ask for, with the ones that can't run here. `bound` is the
    memory that there is for them.
    """

    options: Options
    profile: str
    cores: LaneCores
    asked: list[PlannedLane]
    lanes: list[PlannedLane]
    bound: MemoryBound

    @property
    def memory_bytes(self) -> int:
        """Lanes need not be alive together: the largest decides."""
        return max(lane.memory_estimate_bytes or 0 for lane in self.lanes)

    @property
    def together_bytes(self) -> int:
        """What they take where there is room for all of a round's processes at once."""
        return sum(lane.memory_estimate_bytes or 0 for lane in self.lanes)


def demand(host: Host, options: Options) -> Demand:
    """Of the lanes that `host` can run, however little memory it has; else of the baseline, or all.

    BenchError if the options ask for what there is not, as of `make_plan`.
    """
    every = lanes_on(_roomy(host), options)
    able = [lane for lane in every.lanes if lane.intention != "skipped"]
    lanes = able or [lane for lane in every.lanes if lane.entry == BASELINE] or every.lanes
    bound = least_bound(lanes, host)
    return Demand(options, profile_of(options).name, every.cores, every.lanes, lanes, bound)


def _roomy(host: Host) -> Host:
    """The host with all the memory, and all the shared memory, that one could wish for."""
    room = {"shm_available_bytes": ROOM, "memory_available_bytes": ROOM}
    nodes = [
        node.model_copy(update={"memory_available_bytes": ROOM}) for node in host.topology.nodes
    ]
    return host.model_copy(
        update={
            "allowance": host.allowance.model_copy(update=room),
            "topology": host.topology.model_copy(update={"nodes": nodes}),
        }
    )
