"""How a round goes: which of its processes are alive together, and how long it is estimated."""

from dataclasses import dataclass

from bench.model.host import Host
from bench.model.plan import PlannedLane
from bench.plan import estimate
from bench.plan.catalogue.lanes import DEFAULT
from bench.plan.catalogue.profiles import Profile
from bench.plan.nodes import MemoryBound, memory_bound
from bench.plan.options import Options
from bench.text import GIB

TOGETHER_SHARE = 0.85
"""Of the available memory, that processes alive together may be estimated to need."""


def together(lanes: list[PlannedLane], host: Host) -> tuple[bool, str]:
    """Whether the lanes' processes of a round can be alive together, and why or why not."""
    needed = sum(lane.memory_estimate_bytes or 0 for lane in lanes)
    bound = least_bound(lanes, host)
    if bound.available is None:
        return False, f"the memory that is available is not known: {bound.where}"
    sizes = f"about {needed / GIB:.1f} GiB of {bound}"
    if needed > TOGETHER_SHARE * bound.available:
        return False, f"together they would need {sizes}"
    return True, f"together they need {sizes}"


def least_bound(lanes: list[PlannedLane], host: Host) -> MemoryBound:
    """What all of the lanes share: the least that one of them may have."""
    bounds = [memory_bound(host, lane.setup.placement) for lane in lanes]
    return min(bounds, key=lambda bound: bound.available or 0)


def rounds_of(
    profile: Profile, options: Options, lanes: list[PlannedLane]
) -> tuple[int, int, float | None]:
    """Least and most rounds, and the time budget; rounds asked for by number are kept to.

    The profile's budget is one for the default lanes: more of them have more in proportion, and
    what their engines compile comes on top.
    """
    if options.rounds is not None:
        return options.rounds, options.rounds, options.time_budget
    least, most, budget = profile.rounds_min, profile.rounds_max, profile.time_budget_seconds
    if options.time_budget or budget is None:
        return least, most, options.time_budget
    compiling = sum(
        estimate.compile_seconds(lane.setup, cold=True)
        + (least - 1) * estimate.compile_seconds(lane.setup, cold=False)
        for lane in lanes
    )
    return least, most, round(budget * max(1.0, len(lanes) / len(DEFAULT)) + compiling)


@dataclass(frozen=True)
class Pace:
    """The seconds of a run's first round, in which engines compile, and of each later one."""

    first: float
    later: float

    def seconds(self, rounds: int) -> float:
        """Of so many rounds."""
        return self.first + (rounds - 1) * self.later

    def rounds(self, seconds: float) -> int:
        """How many fit: at least one, which is begun in any case."""
        return max(1, 1 + int((seconds - self.first) / self.later))


def pace(lanes: list[PlannedLane], profile: Profile, *, alive_together: bool) -> Pace:
    """How long rounds of these lanes are, their processes' starts included."""
    starts = start_seconds(lanes, alive_together=alive_together)
    first, later = (
        starts + sum(process_seconds(lane, profile, first=each) for lane in lanes)
        for each in (True, False)
    )
    return Pace(first, later)


def start_seconds(lanes: list[PlannedLane], *, alive_together: bool) -> float:
    """Of one round: its processes are started all at once, or one after the other."""
    setups = [lane.setup for lane in lanes]
    groups = [setups] if alive_together else [[setup] for setup in setups]
    return sum(map(estimate.start_seconds, groups))


def process_seconds(lane: PlannedLane, profile: Profile, *, first: bool) -> float:
    """That the lane's process works in a round: the run's first, or another."""
    trains = estimate.process_seconds(lane.setup, lane.workload, profile.effort, profile.samples)
    return trains + estimate.compile_seconds(lane.setup, cold=first)
