"""Whether a run's folder is what the run left: its schema, its checksums, and that all agrees."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import chain, islice
from pathlib import Path

from bench.analysis.consistency import evidence_problems, result_problems
from bench.errors import BenchError, Exit
from bench.model.result import Result
from bench.results import checksums
from bench.results.folder import read, read_evidence
from bench.text import counted, one_line

PROBLEMS = 50
"""Problems that are told: after that it is clear."""


@dataclass(frozen=True)
class Verified:
    """What was checked, in a sentence, and what is wrong, a line each: [] for a valid artifact."""

    checked: str
    problems: list[str]

    @property
    def code(self) -> Exit:
        """The exit code of `bench verify`."""
        return Exit.INVALID_ARTIFACT if self.problems else Exit.DONE

    def as_text(self) -> str:
        """One line for a valid artifact, else one a problem."""
        if not self.problems:
            return f"valid: {self.checked}"
        return "\n".join([*self.problems, f"not valid; checked: {self.checked}"])

    def as_json(self) -> str:
        """The same as JSON, with `valid`."""
        return json.dumps({"valid": not self.problems, **asdict(self)}, indent=1)


def verify(folder: Path) -> Verified:
    """Check a run's folder. BenchError (exit 3) if there is none; OSError if it can't be read."""
    try:
        result = read(folder)
    except BenchError as error:
        if error.code != Exit.INVALID_ARTIFACT:
            raise
        return _verified("schema, checksums", chain([error.cause], checksums.check(folder)))
    return _verified(
        f"schema {result.schema_version}, checksums, the summary from the raw steps of "
        f"{counted(len(result.processes), 'process', 'processes')}, kernels from oneDNN's lines",
        _problems(folder, result),
    )


def _verified(checked: str, problems: Iterator[str]) -> Verified:
    told = [one_line(problem) for problem in islice(problems, PROBLEMS)]
    return Verified(checked, [*told, *("there are more" for _ in islice(problems, 1))])


def _problems(folder: Path, result: Result) -> Iterator[str]:
    yield from checksums.check(folder)
    yield from result_problems(result)
    lanes = {lane.id: lane for lane in result.plan.lanes}
    for process in result.processes:
        try:
            evidence = read_evidence(folder, process)
        except BenchError as error:
            yield error.cause
        except OSError as error:
            yield f"{process.evidence} can't be read: {error.strerror}"
        else:
            yield from evidence_problems(process, lanes[process.lane], evidence)
