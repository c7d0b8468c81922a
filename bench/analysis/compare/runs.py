"""What a comparison needs of a run: its lanes' throughputs by round, and its facts by kind. Pure.

The rest, most of it raw steps, need not be kept: many runs are compared in little memory. The
figures are drawn from the raw steps here, whatever summary the artifact carries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from bench.analysis.compare.facts import Facts, facts
from bench.analysis.disturbed import round_states
from bench.analysis.rates import compute_rate, end_to_end_rate
from bench.analysis.ratios import Records
from bench.analysis.states import LaneOutcome, lane_states
from bench.analysis.summary import completed_records
from bench.model.comparison import ComparedRun
from bench.model.host import Host
from bench.model.plan import PlannedLane
from bench.model.result import Result
from bench.model.workload import DataSpec, Workload
from bench.text import one_line

NAME, TEXT = 120, 240
"""Characters of a run's name, and of a sentence from an artifact."""


@dataclass(frozen=True)
class Lane:
    """A lane's throughputs by round, and why it has none, or not of every round."""

    id: str
    workload: Workload
    batch_size: int
    state: str
    reason: str | None
    compute: list[float]
    end_to_end: list[float]


@dataclass(frozen=True)
class Run:
    """One run, distilled."""

    about: ComparedRun
    key: str
    host: Host
    protocol: str
    data: DataSpec | None
    functional_check: bool
    lanes: dict[str, Lane]
    facts: Facts


def names(paths: Sequence[PurePath]) -> list[str]:
    """A run's name for each of their paths: the last part of it, with more only to tell them apart.

    Where a run lies says more of a machine than a comparison needs.
    """
    short = [path.name for path in paths]
    longer = ["/".join(path.parts[-2:]) for path in paths]
    return [
        name if short.count(name) == 1 else more for name, more in zip(short, longer, strict=True)
    ]


def distil(name: str, result: Result) -> Run:
    """The run of that name; what is long in it is cut, since it may be a stranger's."""
    plan, processes = result.plan, result.processes
    rounds = round_states(plan, processes)
    outcomes = lane_states(plan, processes)
    records = {each.lane: completed_records(each, processes) for each in outcomes}
    about = ComparedRun(
        name=one_line(name, NAME),
        started_at=one_line(result.started_at, 40),
        profile=one_line(plan.profile, 40),
        rounds=len(rounds),
        disturbed=sum(bool(each.disturbed) for each in rounds),
    )
    return Run(
        about=about,
        key=_key(result),
        host=result.host,
        protocol=plan.protocol,
        data=result.data.spec if result.data else None,
        functional_check=plan.functional_check,
        lanes={
            lane.id: _lane(lane, outcome, records[lane.id])
            for lane, outcome in zip(plan.lanes, outcomes, strict=True)
        },
        facts=facts(result, records, about),
    )


def _key(result: Result) -> str:
    """What tells a run from others, resumed or not: where and when it began."""
    return f"{result.host.id} {one_line(result.started_at, 40)} {result.plan.seed}"


def _lane(lane: PlannedLane, outcome: LaneOutcome, records: Records) -> Lane:
    rounds = records.values()
    compute = [rate for each in rounds if (rate := compute_rate(each)) is not None]
    whole = [rate for each in rounds if (rate := end_to_end_rate(each)) is not None]
    return Lane(
        id=lane.id,
        workload=lane.workload,
        batch_size=lane.setup.batch_size,
        state=outcome.state,
        reason=one_line(outcome.reason, TEXT) if outcome.reason else None,
        compute=compute,
        end_to_end=whole,
    )
