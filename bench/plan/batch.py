"""The batch of a run: the profile's own where it has room in memory and in the time budget.

A verdict takes several rounds, so a host that is too slow or too small for the profile's batch
gets the largest power of two that leaves room for them, and is told. On a slow host it leaves room
for all of the lanes in memory too, since they are compared turn by turn.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bench.model.host import Host
from bench.model.plan import PlannedLane
from bench.plan.catalogue.profiles import Profile
from bench.plan.options import Options
from bench.plan.pace import least_bound, pace, rounds_of, together
from bench.text import GIB

NUMBERS = ("no", "one", "two", "three", "four")


@dataclass(frozen=True)
class Batch:
    """The samples of a step, and why they are not as many as the profile has."""

    size: int
    reason: str | None = None


def choose_batch(
    host: Host, profile: Profile, options: Options, lanes_at: Callable[[int], list[PlannedLane]]
) -> Batch:
    """`--batch-size` insists, and a profile without a time budget does. `lanes_at` a batch."""
    own = profile.batch_size
    if options.batch_size is not None or profile.time_budget_seconds is None:
        return Batch(options.batch_size or own)
    sizes = [own, *(2**n for n in range(20, 0, -1) if 2**n < own)]
    able = {
        size: [lane for lane in lanes_at(size) if lane.intention != "skipped"] for size in sizes
    }
    if not able[own] or _too_large(able[sizes[-1]], host):
        return Batch(own)
    wanted, _, budget = rounds_of(profile, options, able[own])
    wanted = min(wanted, profile.rounds_min)

    def rounds(size: int) -> int:
        """As many as fit in the budget, and no more than are wanted."""
        if budget is None:
            return wanted
        alive_together, _ = together(able[size], host)
        return min(wanted, pace(able[size], profile, alive_together=alive_together).rounds(budget))

    most = rounds(sizes[-1])
    in_time = next(size for size in sizes if rounds(size) >= most)
    fitting = [each for each in sizes if each <= in_time and not _too_large(able[each], host)]
    size = fitting[0]
    if in_time < own:  # cut for more rounds, it is cut to where the lanes can take turns in them
        size = next((each for each in fitting if together(able[each], host)[0]), size)
    reasons = []
    if in_time < own:
        reasons.append(f"with {own} this host has room for {_rounds(rounds(own))}")
    if size < in_time:
        why = _too_large(able[in_time], host) or together(able[in_time], host)[1]
        reasons.append(f"with {in_time} {why}")
    return Batch(size, f"batch {size}: {', and '.join(reasons)}" if reasons else None)


def _too_large(lanes: list[PlannedLane], host: Host) -> str | None:
    """Which lane does not fit in which memory; None if all do."""
    lane = next((each for each in lanes if each.intention == "too large"), None)
    if lane is None:
        return None
    needed = (lane.memory_estimate_bytes or 0) / GIB
    return f"lane {lane.id} needs about {needed:.1f} GiB, {least_bound([lane], host)}"


def _rounds(count: int) -> str:
    word = NUMBERS[count] if count < len(NUMBERS) else str(count)
    return f"{word} round{'' if count == 1 else 's'}"
