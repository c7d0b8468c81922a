"""Runs in, a comparison out: sides, pairs of lanes, ratios, and what may explain them. Pure."""

from collections.abc import Callable, Sequence
from itertools import combinations

from bench.analysis.compare.differences import alike, differences
from bench.analysis.compare.estimate import RUNS_LEVEL, RUNS_MIN, SPREAD, estimate, geometric_mean
from bench.analysis.compare.obstacles import data, obstacles
from bench.analysis.compare.pairs import Pair, pairs_of
from bench.analysis.compare.runs import Lane, Run
from bench.analysis.compare.sameness import processor, sameness
from bench.analysis.interval import LEVEL, ROUNDS_MIN, verdict
from bench.analysis.method import ANALYSIS_VERSION
from bench.analysis.ratios import FUNCTIONAL_CHECK
from bench.errors import BenchError, Exit
from bench.model.comparison import (
    Against,
    Comparison,
    Estimate,
    Lacking,
    LaneAgainst,
    LaneSide,
    Side,
)
from bench.model.summary import Method
from bench.text import one_line

RUNS_MOST = 200
"""Runs in one comparison."""


def compare(
    reference: Sequence[Run],
    others: Sequence[Run],
    wanted: Sequence[Pair] = (),
    *,
    anyway: bool = False,
) -> Comparison:
    """Hold the others against the reference, lane by lane.

    Others that are alike, runs of one machine and one set-up, are one side; none of them joins the
    reference, where it would hide what it is to be held against. BenchError: exit 2 if a run is
    there twice, if runs of the reference are not alike, or for a lane that is not there; exit 3 if
    sides are not comparable and it is not to be done `anyway`.
    """
    _refuse_twice([*reference, *others])
    _refuse_unlike(reference)
    sides = _grouped(others)
    return Comparison(
        method=method(),
        reference=_side(reference),
        others=[_against(reference, side, wanted, anyway=anyway) for side in sides],
    )


def method() -> Method:
    """The analysis, and what a comparison's verdicts rest on."""
    constants = {
        "interval_level": LEVEL,
        "interval_rounds_min": float(ROUNDS_MIN),
        "runs_min": float(RUNS_MIN),
        "spread_between_runs": SPREAD,
        "runs_level": RUNS_LEVEL,
    }
    return Method(version=ANALYSIS_VERSION, constants=constants)


def _refuse_twice(runs: Sequence[Run]) -> None:
    if len(runs) > RUNS_MOST:
        raise BenchError(f"{len(runs)} runs: no more than {RUNS_MOST}", "name fewer", Exit.USAGE)
    for one, other in combinations(runs, 2):
        if one.key == other.key:
            raise BenchError(
                f"{one.about.name} and {other.about.name} are the same run",
                "name each once; `bench report` compares lanes of one run, in pairs",
                Exit.USAGE,
            )


def _refuse_unlike(reference: Sequence[Run]) -> None:
    first = reference[0]
    for run in reference[1:]:
        if not alike(first, run):
            pairs = [Pair(lane, lane) for lane in first.lanes if lane in run.lanes]
            differing, _ = differences([first], [run], pairs)
            words = (
                ", ".join(dict.fromkeys(each.name for each in differing)) or "the lanes that ran"
            )
            raise BenchError(
                f"{first.about.name} and {run.about.name} can't be one reference; not the same: "
                f"{words}",
                "give --reference only runs of one machine and one set-up",
                Exit.USAGE,
            )


def _grouped(runs: Sequence[Run]) -> list[list[Run]]:
    groups: list[list[Run]] = []
    for run in runs:
        group = next((group for group in groups if alike(group[0], run)), None)
        if group is None:
            groups.append([run])
        else:
            group.append(run)
    return groups


def _side(runs: Sequence[Run]) -> Side:
    first = runs[0]
    lanes = [lane for lane in first.lanes.values() if lane.compute] or list(first.lanes.values())
    work = dict.fromkeys(_work(lane) for lane in lanes)
    return Side(
        processor=processor(first.host),
        workload=f"{'; '.join(work)}, {data(first)}",
        runs=[run.about for run in runs],
    )


def _work(lane: Lane) -> str:
    own = lane.workload
    return f"{one_line(own.title, 60)}, {own.image_size}×{own.image_size}, batch {lane.batch_size}"


def _against(
    reference: Sequence[Run], other: Sequence[Run], wanted: Sequence[Pair], *, anyway: bool
) -> Against:
    pairs = pairs_of(reference, other, wanted)
    shared = [each for each in pairs if _on_both(reference, other, each)]
    against = obstacles(reference, other, shared)
    if against and not anyway:
        raise BenchError(
            f"{reference[0].about.name} and {other[0].about.name} are not comparable: "
            f"{'; '.join(against)}",
            "name lanes that are with --lane, or give --anyway: the comparison then says so",
        )
    machine = sameness(reference[0].host, other[0].host)
    differing, unknown = differences(reference, other, shared or pairs)
    one_machine = machine.level == "the same machine"
    return Against(
        other=_side(other),
        machine=machine,
        obstacles=against,
        lanes=[_lane(reference, other, pair, one_machine=one_machine) for pair in pairs],
        differences=differing,
        unknown=unknown,
    )


def _on_both(reference: Sequence[Run], other: Sequence[Run], pair: Pair) -> bool:
    """Whether both sides have measured it: of one that did not run, little is known."""
    sides = ((reference, pair.reference), (other, pair.other))
    return all(
        any(lane is not None and lane.compute for _, lane in _lanes(*side)) for side in sides
    )


def _lane(
    reference: Sequence[Run], other: Sequence[Run], pair: Pair, *, one_machine: bool
) -> LaneAgainst:
    ours, theirs = _lanes(reference, pair.reference), _lanes(other, pair.other)

    check = any(run.functional_check for run in (*reference, *other))

    def ratio(rates: Callable[[Lane], list[float]]) -> Estimate | None:
        sides = [[own for _, x in side if x and (own := rates(x))] for side in (ours, theirs)]
        if not all(sides):
            return None
        known = estimate(sides[0], sides[1], one_machine=one_machine)
        nothing = {"interval": None, "decisive": None, "no_interval": FUNCTIONAL_CHECK}
        return known.model_copy(update=nothing) if check else known

    compute = ratio(lambda lane: lane.compute)
    sure = compute.decisive if compute else None
    units = {one_line(lane.workload.unit, 20) for _, lane in (*ours, *theirs) if lane}
    return LaneAgainst(
        reference=_lane_side(pair.reference, ours),
        other=_lane_side(pair.other, theirs),
        unit=units.pop() if len(units) == 1 else "samples",
        compute=compute,
        end_to_end=ratio(lambda lane: lane.end_to_end),
        verdict=verdict(sure) if sure else None,
    )


Named = list[tuple[str, Lane | None]]
"""A lane of each run, by the run's name; None where the run has no such lane."""


def _lanes(side: Sequence[Run], lane: str) -> Named:
    return [(run.about.name, run.lanes.get(lane)) for run in side]


def _lane_side(lane: str, runs: Named) -> LaneSide:
    measured = [each.compute for _, each in runs if each and each.compute]
    means = [geometric_mean([run]) for run in measured]
    ends = means if len(measured) > 1 else [rate for run in measured for rate in run]
    return LaneSide(
        lane=lane,
        samples_per_second=geometric_mean(measured) if measured else None,
        low=min(ends, default=None),
        high=max(ends, default=None),
        runs=len(measured),
        rounds=sum(map(len, measured)),
        lacking=_lacking(runs),
    )


def _lacking(runs: Named) -> list[Lacking]:
    """The runs without a figure, by why."""
    names: dict[tuple[str, str | None], list[str]] = {}
    for name, lane in runs:
        if lane is None or not lane.compute:
            state = "absent" if lane is None else lane.state
            reason = lane.reason if lane else None
            names.setdefault((state, reason), []).append(name)
    return [Lacking(state=state, reason=why, runs=of) for (state, why), of in names.items()]
