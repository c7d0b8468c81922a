"""What many runs come to: how far runs of one set-up are apart, and how speed-ups are spread."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

from bench.host.generations import GENERATIONS
from bench.publish.entry import LaneEntry, RunEntry, SpeedUp

Pair = tuple[RunEntry, LaneEntry]


@dataclass(frozen=True)
class Over:
    """A figure over runs: the median run's, with the lowest and the highest run's."""

    median: float
    low: float
    high: float
    runs: int

    @property
    def width(self) -> float:
        """From the lowest to the highest, as a share of the median."""
        return (self.high - self.low) / self.median


@dataclass(frozen=True)
class Group:
    """Runs of one lane with one workload, batch, number of cores and software on a processor."""

    lane: str
    workload: str
    unit: str
    batch: int
    cores: int
    torch: str
    colour: str
    runs: int
    hosts: int
    compute: Over
    over_baseline: Over | None
    over_best_fp32: Over | None


@dataclass(frozen=True)
class Gain:
    """How much faster a lane is, over the runs on a generation of processors."""

    generation: str
    lane: str
    colour: str
    over: Over


def pairs(runs: Iterable[RunEntry]) -> list[Pair]:
    """Each measured lane of the runs that are ranked."""
    return [(run, lane) for run in runs if run.ranked for lane in run.lanes]


def by_count(runs: Iterable[RunEntry]) -> list[str]:
    """The workloads of the runs that are ranked, the most frequent first."""
    counts = Counter(lane.workload for _, lane in pairs(runs))
    return sorted(counts, key=lambda workload: (-counts[workload], workload))


def by_processor(runs: Iterable[RunEntry]) -> dict[str, list[RunEntry]]:
    """Each processor's runs, by its name."""
    own: dict[str, list[RunEntry]] = {}
    for run in runs:
        own.setdefault(run.processor, []).append(run)
    return own


def between(runs: Iterable[RunEntry]) -> str:
    """`, 2026-01-03 to 2026-11-23`: the dates that runs say; empty if none says one."""
    dates = sorted(run.date for run in runs if run.started_at)
    return f", {dates[0]} to {dates[-1]}" if dates else ""


def groups(runs: Iterable[RunEntry]) -> list[Group]:
    """Of the runs of one processor, the fastest first within a workload."""
    order = {workload: i for i, workload in enumerate(by_count(runs))}
    members: dict[tuple[object, ...], list[Pair]] = {}
    for run, lane in pairs(runs):
        key = (lane.lane, lane.workload, lane.batch, lane.cores, torch_of(lane))
        members.setdefault(key, []).append((run, lane))
    made = [_group(each) for each in members.values()]
    return sorted(made, key=lambda group: (order[group.workload], -group.compute.median))


def gains(
    runs: Iterable[RunEntry], workload: str, ratio: Callable[[LaneEntry], SpeedUp | None]
) -> list[Gain]:
    """By generation, in the order they came, then by lane, the fastest first.

    Runs on processors of no known generation are left out.
    """
    members: dict[tuple[str, str], list[tuple[LaneEntry, SpeedUp]]] = {}
    for run, lane in pairs(runs):
        speed_up = ratio(lane)
        if run.generation and lane.workload == workload and speed_up:
            members.setdefault((run.generation, lane.lane), []).append((lane, speed_up))
    made = [
        Gain(generation, lane, each[0][0].colour, _over([ratio.value for _, ratio in each]))
        for (generation, lane), each in members.items()
    ]
    return sorted(
        made, key=lambda gain: (GENERATIONS.index(gain.generation), -gain.over.median, gain.lane)
    )


def over_fp32(lane: LaneEntry) -> SpeedUp | None:
    """Over the lane `fp32`, where that is the run's baseline."""
    ratio = lane.over_baseline
    return ratio if ratio is not None and ratio.against == "fp32" else None


def over_best(lane: LaneEntry) -> SpeedUp | None:
    """Of a BF16 lane over its run's fastest FP32 lane."""
    return lane.over_best_fp32 if lane.precision == "bf16" else None


def torch_of(lane: LaneEntry) -> str:
    """The stack's name, and torch's release where the lane's workers saw one alone."""
    one = lane.torch and "," not in lane.torch
    return f"{lane.stack}, torch {lane.torch}" if one else lane.stack


def _group(members: list[Pair]) -> Group:
    _, lane = members[0]
    baseline = [x for each, own in members if (x := _times(own, over_fp32(own), each.baseline))]
    best = [x for each, own in members if (x := _times(own, own.over_best_fp32, each.best_fp32))]
    return Group(
        lane=lane.lane,
        workload=lane.workload,
        unit=lane.unit,
        batch=lane.batch,
        cores=lane.cores,
        torch=torch_of(lane),
        colour=lane.colour,
        runs=len(members),
        hosts=len({each.host for each, _ in members}),
        compute=_over([each.compute.median for _, each in members]),
        over_baseline=_over(baseline) if baseline else None,
        over_best_fp32=_over(best) if best else None,
    )


def _times(lane: LaneEntry, ratio: SpeedUp | None, against: str | None) -> float | None:
    """How many times faster than that lane; 1 for the lane itself."""
    return ratio.value if ratio is not None else 1.0 if lane.lane == against else None


def _over(values: list[float]) -> Over:
    return Over(median(values), min(values), max(values), len(values))
