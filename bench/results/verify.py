"""Whether a run's folder is what the run left: its schema, its checksums, and that all agrees."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import chain, islice
from pathlib import Path

from bench.analysis.consistency import (
    drawn_by_another,
    evidence_problems,
    result_problems,
    summary_differences,
)
from bench.errors import BenchError, Exit
from bench.model.plan import PlannedLane
from bench.model.process import Process, Rank
from bench.model.result import Result
from bench.results import checksums
from bench.results.folder import opened, read_evidence
from bench.results.lock import of_unfinished
from bench.results.schema import Opened
from bench.text import counted, one_line

PROBLEMS = 50
"""Problems that are told, and differences: after that it is clear."""


@dataclass(frozen=True)
class Verified:
    """What was checked, in a sentence, and what is wrong, a line each: [] for a valid artifact.

    `notes` are for a reader of either. Conclusions that another version of the analysis drew are
    stale and not wrong: `differences` are what this one concludes instead, if that was asked for.
    """

    checked: str
    problems: list[str]
    notes: list[str]
    differences: list[str] | None = None

    @property
    def code(self) -> Exit:
        """The exit code of `bench verify`."""
        return Exit.INVALID_ARTIFACT if self.problems else Exit.DONE

    def as_text(self) -> str:
        """One line for a valid artifact, else one a problem; then one a difference. No notes."""
        lines = [f"valid: {self.checked}"]
        if self.problems:
            lines = [*self.problems, f"not valid; checked: {self.checked}"]
        if self.differences is not None:
            none = [] if self.differences else ["by this analysis: the same conclusions"]
            lines += [*none, *(f"by this analysis: {each}" for each in self.differences)]
        return "\n".join(lines)

    def as_json(self) -> str:
        """The same and the notes as JSON, with `valid`."""
        return json.dumps({"valid": not self.problems, **asdict(self)}, indent=1)


def verify(folder: Path, redraw: bool = False) -> Verified:
    """Check a run's folder. BenchError (exit 3) if there is none; OSError if it can't be read.

    `redraw`: draw conclusions anew where another version of the analysis drew them, and say how
    they differ.
    """
    try:
        read = opened(folder)
    except BenchError as error:
        if error.code != Exit.INVALID_ARTIFACT:
            raise
        problems = chain([error.cause.removeprefix(f"{folder}/")], checksums.check(folder))
        return Verified("schema, checksums", _some(problems), [])
    return verify_read(folder, read, redraw)


def verify_read(folder: Path, read: Opened, redraw: bool = False) -> Verified:
    """The same for who has read its `result.json`: that reading is what is checked."""
    result, stale = read.result, drawn_by_another(read.result)
    checked = [f"schema {read.schema}", "checksums"]
    notes = [*read.notes, *([of_unfinished(folder)] if result.status == "running" else [])]
    if stale is None:
        steps = f"the raw steps of {counted(len(result.processes), 'process', 'processes')}"
        checked += [f"the summary from {steps}", "kernels from oneDNN's lines"]
    else:
        checked += ["the raw steps"]
        notes = [*notes, f"{stale}: they were not checked; --redraw shows what differs"]
    drawn = chain(summary_differences(result), _evidence(folder, result, drawn=True))
    return Verified(
        ", ".join(checked),
        _some(_problems(folder, result, drawn=stale is None)),
        notes,
        _some(drawn) if redraw and stale is not None else None,
    )


def _some(lines: Iterable[str]) -> list[str]:
    lines = iter(lines)
    some = [one_line(line) for line in islice(lines, PROBLEMS)]
    return [*some, *("there are more" for _ in islice(lines, 1))]


def _problems(folder: Path, result: Result, *, drawn: bool) -> Iterator[str]:
    """All that is wrong, whoever drew the conclusions; with `drawn`, what is wrong in them too."""
    yield from checksums.check(folder)
    yield from result_problems(result)
    yield from _evidence(folder, result, drawn=drawn)


def _evidence(folder: Path, result: Result, *, drawn: bool) -> Iterator[str]:
    """What is wrong with oneDNN's lines, or with what was drawn from them."""
    for process in result.processes:
        for rank in process.ranks:
            yield from _evidence_of(folder, process, rank, result.plan.lane(process.lane), drawn)


def _evidence_of(
    folder: Path, process: Process, rank: Rank, lane: PlannedLane, drawn: bool
) -> Iterator[str]:
    try:
        evidence = read_evidence(folder, rank)
    except BenchError as error:
        yield error.cause
    except OSError as error:
        yield f"{rank.evidence} can't be read: {error.strerror}"
    else:
        if drawn:
            yield from evidence_problems(process, rank, lane, evidence)
