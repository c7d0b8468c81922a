"""What a run of a profile asks of this host."""

from dataclasses import dataclass

from bench.model.base import Reading
from bench.model.host import Host
from bench.model.plan import PlannedLane
from bench.plan.catalogue.lanes import BASELINE
from bench.plan.catalogue.profiles import DEFAULT_PROFILE
from bench.plan.lanes import lanes_on
from bench.plan.options import Options
from bench.text import GIB

ROOM = 1024 * GIB
"""Of shared memory: more than any loader processes need, so that none is cut."""


@dataclass(frozen=True)
class Demand:
    """The lanes that a profile has for a host, as they would be with room for everything."""

    profile: str
    lanes: list[PlannedLane]

    @property
    def memory_bytes(self) -> int:
        """Lanes need not be alive together: the largest decides."""
        return max(lane.memory_estimate_bytes or 0 for lane in self.lanes)

    @property
    def together_bytes(self) -> int:
        """What they take where there is room for all of a round's processes at once."""
        return sum(lane.memory_estimate_bytes or 0 for lane in self.lanes)


def demand(host: Host, profile: str = DEFAULT_PROFILE) -> Demand:
    """Of the lanes that `host` can run, however little memory it has; of the baseline if none."""
    allowance = host.allowance.model_copy(update={"shm_bytes": Reading(value=ROOM)})
    roomy = host.model_copy(update={"allowance": allowance})
    lanes = lanes_on(roomy, Options(profile=profile)).lanes
    able = [lane for lane in lanes if lane.intention != "skipped"]
    return Demand(profile, able or [lane for lane in lanes if lane.entry == BASELINE])
