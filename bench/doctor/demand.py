"""What a run of the default profile asks of a host."""

from dataclasses import dataclass

from bench.model.host import Host
from bench.model.workload import Workload
from bench.plan.catalogue.lanes import LANES, Lane
from bench.plan.catalogue.profiles import DEFAULT_PROFILE, PROFILES
from bench.plan.estimate import memory_bytes
from bench.plan.make import workload_of
from bench.plan.match import why_not
from bench.plan.options import Options


@dataclass(frozen=True)
class Demand:
    """A profile's workload, the lanes of this host, and what the largest of them takes."""

    profile: str
    workload: Workload
    lanes: list[Lane]

    @property
    def memory_bytes(self) -> int:
        """Lanes need not be alive together: the largest decides."""
        return max(memory_bytes(lane, self.workload) for lane in self.lanes)

    @property
    def together_bytes(self) -> int:
        """What they take where there is room for all of a round's processes at once."""
        return sum(memory_bytes(lane, self.workload) for lane in self.lanes)


def demand(host: Host, cores: int, profile: str = DEFAULT_PROFILE) -> Demand:
    """Of the lanes that `host` can run; of the baseline where it can run none."""
    (named,) = [p for p in PROFILES if p.name == profile]
    lanes = [lane for lane in LANES if why_not(lane, host) is None]
    return Demand(profile, workload_of(named, Options(profile=profile), cores), lanes or [LANES[0]])
