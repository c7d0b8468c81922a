"""What a site says of one run: the row that its tables, its feed and other programs are made of.

Every text in it is one short line without control characters: an artifact may be a stranger's.
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime

from pydantic import Field

from bench.analysis.ratios import ratio_against
from bench.host.generations import generation
from bench.model.base import Fact
from bench.model.host import Host
from bench.model.plan import PlannedLane
from bench.model.process import Process
from bench.model.result import Result, RunStatus
from bench.model.summary import LaneSummary, Ratio, Spread, Verdict
from bench.publish.processors import processor_name
from bench.report.document.headline import run_id
from bench.report.palette import lane_colours
from bench.text import one_line

WORDS = 80
"""Characters of a text in an entry."""

ID = 16
"""Hexadecimal digits of a run's `result.json`'s sum that its pages are named by."""


class SpeedUp(Fact):
    """A lane's compute throughput over another's: the ends are an interval's or the rounds'."""

    against: str
    value: float
    low: float
    high: float
    interval: bool = Field(description="false: lowest and highest round, no confidence interval")
    verdict: Verdict | None


class LaneEntry(Fact):
    """One measured lane of a run. Throughputs are samples/s: median, lowest and highest round."""

    lane: str
    entry: str = Field(description="its name in the catalogue")
    workload: str = Field(description="for people, e.g. ResNet-50 224²")
    model: str
    image_size: int
    unit: str
    precision: str
    instruction_set: str
    engine: str
    stack: str
    torch: str = Field(description="releases that its workers saw; empty if they saw none")
    colour: str
    batch: int
    cores: int = Field(description="physical cores that it ran on")
    sockets: int | None = Field(description="null: it did not have every core of its sockets")
    compute: Spread
    end_to_end: Spread | None
    epoch_seconds: float | None
    over_baseline: SpeedUp | None
    over_best_fp32: SpeedUp | None
    cautions: int

    @property
    def per_core(self) -> float:
        """Samples/s of the median round, a core."""
        return self.compute.median / self.cores

    @property
    def per_socket(self) -> float | None:
        """Samples/s a socket; None where a socket was not used whole: nothing is extrapolated."""
        return None if self.sockets is None else self.compute.median / self.sockets


class RunEntry(Fact):
    """One verified run, as a site's tables have it."""

    id: str = Field(description="what its page and archive are named by")
    sum: str = Field(description="SHA-256 of its result.json")
    run: str = Field(description="what its folder was named by when it began")
    started_at: str | None = Field(description="UTC, ISO 8601; null: it does not say")
    finished_at: str | None
    profile: str
    functional_check: bool = Field(description="too short to measure by: in no ranking")
    status: RunStatus
    host: str
    processor: str
    generation: str | None = Field(description="by the processor's family, model and stepping")
    host_sockets: int
    host_cores: int
    software: dict[str, str] = Field(description="releases that its workers saw")
    kit: str
    baseline: str
    best_fp32: str | None
    redrawn: bool = Field(description="another analysis drew its conclusions; these are this kit's")
    lanes: list[LaneEntry]

    @property
    def ranked(self) -> bool:
        """Whether its figures may be held against others'."""
        return not self.functional_check and bool(self.lanes)

    @property
    def date(self) -> str:
        """`2026-11-23`, or a dash."""
        return self.started_at[:10] if self.started_at else "–"


def entry_of(result: Result, digest: str, *, redrawn: bool) -> RunEntry:
    """The entry of a verified run; `digest` is its `result.json`'s SHA-256."""
    host, plan, summary = result.host, result.plan, result.summary
    colours = lane_colours(plan)
    pairs = zip(plan.lanes, summary.lanes, strict=True)
    return RunEntry(
        id=digest[:ID],
        sum=digest,
        run=_short(run_id(result)),
        started_at=_utc(result.started_at),
        finished_at=_utc(result.finished_at),
        profile=_short(plan.profile),
        functional_check=plan.functional_check,
        status=result.status,
        host=_short(host.name or host.id),
        processor=processor_name(host.cpu),
        generation=generation(host.cpu),
        host_sockets=max(0, host.topology.sockets),
        host_cores=max(0, host.topology.cores),
        software=_software(result.processes),
        kit=_short(result.kit.version),
        baseline=summary.baseline,
        best_fp32=summary.best_fp32,
        redrawn=redrawn,
        lanes=[
            _lane(planned, lane, lane.compute_samples_per_second, result, colours[lane.lane])
            for planned, lane in pairs
            if lane.state == "measured" and lane.compute_samples_per_second is not None
        ],
    )


def digest_of(content: bytes) -> str:
    """Its SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _lane(
    planned: PlannedLane, lane: LaneSummary, compute: Spread, result: Result, colour: str
) -> LaneEntry:
    workload, setup = planned.workload, planned.setup
    cores, sockets = _used(result.host, setup.placement.cores)
    return LaneEntry(
        lane=lane.lane,
        entry=_short(planned.entry),
        workload=_short(f"{workload.title} {workload.image_size}²"),
        model=_short(workload.model),
        image_size=workload.image_size,
        unit=workload.unit if re.fullmatch("[A-Za-z]{1,12}", workload.unit) else "samples",
        precision=setup.precision,
        instruction_set=_short(planned.instruction_set),
        engine=_short(setup.engine),
        stack=_short(setup.stack),
        torch=_software(x for x in result.processes if x.lane == lane.lane).get("torch", ""),
        colour=colour,
        batch=setup.batch_size,
        cores=cores,
        sockets=sockets,
        compute=compute,
        end_to_end=lane.end_to_end_samples_per_second,
        epoch_seconds=lane.epoch_seconds.median if lane.epoch_seconds else None,
        over_baseline=_speed_up(lane, result.summary.baseline),
        over_best_fp32=_speed_up(lane, result.summary.best_fp32),
        cautions=len(lane.cautions),
    )


def _speed_up(lane: LaneSummary, against: str | None) -> SpeedUp | None:
    ratio: Ratio | None = ratio_against(lane.compute_ratios, against) if against else None
    if ratio is None:
        return None
    over = ratio.interval or ratio
    return SpeedUp(
        against=ratio.against,
        value=ratio.value,
        low=over.low,
        high=over.high,
        interval=ratio.interval is not None,
        verdict=ratio.verdict,
    )


def _used(host: Host, cpus: list[int]) -> tuple[int, int | None]:
    """Physical cores of these CPUs, and sockets if every online core of each is among them."""
    by_cpu = {each.cpu: each for each in host.topology.cpus}
    used = [by_cpu[cpu] for cpu in set(cpus) if cpu in by_cpu]
    cores = {each.core for each in used}
    if len(used) < len(set(cpus)):
        return len(set(cpus)), None
    sockets = {each.socket for each in used}
    whole = {each.core for each in host.topology.cpus if each.socket in sockets}
    return len(cores), len(sockets) if whole == cores else None


def _software(processes: Iterable[Process]) -> dict[str, str]:
    """Each package's releases, as the workers saw them."""
    seen: dict[str, dict[str, None]] = {}
    for process in processes:
        observed = process.record.observed if process.record else None
        for package, version in list(observed.versions.items())[:20] if observed else ():
            seen.setdefault(_short(package), {})[_short(version)] = None
    return {package: _short(", ".join(seen[package])) for package in sorted(seen)[:20]}


def _utc(time: str | None) -> str | None:
    """A time as UTC in ISO 8601, `2026-11-23T09:30:00Z`; None for anything else."""
    try:
        at = datetime.fromisoformat(time or "").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return f"{at.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def _short(text: str) -> str:
    return one_line(text, WORDS)
