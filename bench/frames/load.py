"""Artifacts in, frames out: `bench.load`."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import BenchError
from bench.frames.columns import Column, Rows, frame, pandas
from bench.frames.kernels import KERNELS, kernel_rows
from bench.frames.lanes import LANES, lane_rows
from bench.frames.noise import NOISE, ROUNDS, noise_row, round_row
from bench.frames.runs import RUNS, run_row
from bench.frames.steps import PARTS, STEPS, step_rows
from bench.model.plan import PlannedLane
from bench.model.process import Process, Rank
from bench.model.result import Result
from bench.results.archive import artifact
from bench.results.folder import RESULT, opened
from bench.results.schema import Opened
from bench.text import one_line

if TYPE_CHECKING:
    from pandas import DataFrame

FRAMES: dict[str, tuple[Column, ...]] = {
    "runs": RUNS,
    "lanes": LANES,
    "steps": STEPS,
    "kernels": KERNELS,
    "noise": NOISE,
    "rounds": ROUNDS,
}
"""Their columns, in order: name, pandas' type, unit and meaning. docs/exploring.md has them too."""

ARCHIVE, NAME = ".zip", 120
"""What an archive's name ends in among those that a pattern matches; characters of a run's name."""


@dataclass(frozen=True)
class Frames:
    """What runs measured, as tidy pandas frames. Each has the column `run` first.

    Lanes and runs are the same categories in all frames, so that these can be merged. What is not
    known is missing (`isna`), never a zero.
    """

    runs: "DataFrame"
    """A row a run: what it trained, and on which host."""
    lanes: "DataFrame"
    """A row a lane: its set-up, its state, and its figures with ranges and intervals."""
    steps: "DataFrame"
    """A row a step of every process and rank, those that failed included: seconds by phase."""
    kernels: "DataFrame"
    """A row a kernel, process and rank: oneDNN's implementation, its instruction set, its time."""
    noise: "DataFrame"
    """A row a process: what went on beside it."""
    rounds: "DataFrame"
    """A row a round: whether and what disturbed it."""
    results: dict[str, Result]
    """All the rest, by run: the whole `result.json`, as `bench.model.result` has it."""


def load(*paths: str | os.PathLike[str]) -> Frames:
    """See `bench.load`."""
    try:
        pandas()  # before anything is read
        return _frames(_named([each for path in paths for each in _runs_at(os.fspath(path))]))
    except BenchError as error:
        if error.remedy:
            error.add_note(error.remedy)  # a notebook shows it beneath the cause
        raise


def _runs_at(path: str) -> list[Path]:
    """The path, or what matches it and looks like a run; no links. BenchError if nothing does."""
    at = Path(path).expanduser().absolute()
    if at.exists() or not set("*?[") & set(path):
        return [Path(os.path.realpath(at))]
    matching = Path(at.anchor).glob(str(at.relative_to(at.anchor)))
    own = {Path(os.path.realpath(each)) for each in matching}
    runs = sorted(each for each in own if (each / RESULT).is_file() or _is_archive(each))
    if not runs:
        raise BenchError(f"no run matches {path}", "name runs' folders, e.g. results/*")
    return runs


def _is_archive(path: Path) -> bool:
    return path.suffix == ARCHIVE and path.is_file()


def _named(paths: list[Path]) -> dict[str, tuple[Path, Opened]]:
    """The runs by their folders' names; one that links lead to again is taken once."""
    runs: dict[str, tuple[Path, Opened]] = {}
    for path in dict.fromkeys(paths):
        with artifact(path) as folder:
            name = own = one_line(folder.name, NAME)
            number = 2
            while name in runs:
                name, number = f"{own} ({number})", number + 1
            runs[name] = path, opened(folder)
    return runs


def _frames(runs: dict[str, tuple[Path, Opened]]) -> Frames:
    results = {run: each.result for run, (_, each) in runs.items()}
    lanes = (lane.id for result in results.values() for lane in result.plan.lanes)
    categories = {"run": list(results), "lane": list(dict.fromkeys(lanes)), "part": PARTS}
    rows: dict[str, Iterator[Rows]] = {
        "runs": (run_row(run, str(path), each) for run, (path, each) in runs.items()),
        "lanes": (row for run, result in results.items() for row in lane_rows(run, result)),
        "steps": _rank_rows(results, _steps),
        "kernels": _rank_rows(results, _kernels),
        "noise": (
            noise_row(shared, process)
            for run, result in results.items()
            for shared, process in _processes(run, result)
        ),
        "rounds": (round_row(run, each) for run, r in results.items() for each in r.summary.rounds),
    }
    made = {name: frame(columns, rows[name], categories) for name, columns in FRAMES.items()}
    return Frames(**made, results=results)


def _processes(run: str, result: Result) -> Iterator[tuple[Rows, Process]]:
    """Each process with the columns that all of its rows share."""
    invalid = {lane.lane for lane in result.summary.lanes if lane.state == "invalid"}
    for process in result.processes:
        yield (
            {
                "run": run,
                "lane": process.lane,
                "round": process.round,
                "position": process.position,
                "outcome": process.outcome,
                "counts": process.outcome == "completed" and process.lane not in invalid,
            },
            process,
        )


def _rank_rows(
    results: dict[str, Result], rows_of: Callable[[Rows, PlannedLane, Rank], Iterator[Rows]]
) -> Iterator[Rows]:
    for run, result in results.items():
        for shared, process in _processes(run, result):
            lane = result.plan.lane(process.lane)
            for rank in process.ranks:
                yield from rows_of(shared | {"rank": rank.rank}, lane, rank)


def _steps(shared: Rows, lane: PlannedLane, rank: Rank) -> Iterator[Rows]:
    if rank.record is not None:
        yield from step_rows(shared, rank.record)


def _kernels(shared: Rows, lane: PlannedLane, rank: Rank) -> Iterator[Rows]:
    yield from kernel_rows(shared, lane, rank.kernels)
