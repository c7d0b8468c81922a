"""A run's folder as a run leaves it, but without its charts: to be read and verified."""

import shutil
from datetime import timedelta
from functools import cache
from pathlib import Path

from bench.analysis.contradictions import rank_contradictions
from bench.analysis.evidence import announced_sets, kernels
from bench.analysis.summary import summarize
from bench.model.process import Rank
from bench.model.result import Result
from bench.report.render import render_texts
from bench.results import checksums
from bench.results.folder import RESULT, write_text
from tests.copies import copied
from tests.factories import START, make_result
from tests.recorded_hardware import temporary_folder
from tests.recorded_onednn import lines

EVIDENCE = {
    "fp32": lines("3.7-stock-fp32"),
    "fp32-ipex": lines("3.7-ipex-fp32"),
    "bf16-avx512": lines("3.7-ipex-bf16-avx512"),
}


CONVOLUTIONS = 10
"""Of the recorded lines' step, forward."""


@copied
def consistent_result(rounds: int = 2, **changes: dict[str, str]) -> Result:
    """Three measured lanes whose kernels are those of recorded lines, and whose times add up."""
    result = make_result(rounds=rounds, **changes)
    result.finished_at = (START + timedelta(hours=1)).isoformat()
    for process in result.processes:
        process.wall_seconds = 90.0
        for rank in process.ranks:
            if rank.evidence is not None:
                lines = EVIDENCE[process.lane]
                rank.kernels, rank.announced = kernels(lines), announced_sets(lines)
                _cover(rank)
                rank.contradictions = rank_contradictions(result.plan.lane(process.lane), rank)
    summarize_again(result)
    return result


def _cover(rank: Rank) -> None:
    """Let its step be that of the recorded lines: as many calls, and twice their time."""
    record = rank.record
    if record is None or record.limits is None:
        return
    record.evidence_seconds = 2 * sum(each.milliseconds for each in rank.kernels) / 1000
    operators = record.limits.operators
    record.limits.operators = [
        each.model_copy(update={"calls": CONVOLUTIONS}) if each.kind == "convolution" else each
        for each in operators
    ]


def summarize_again(result: Result) -> None:
    samples = result.data.spec.samples if result.data else None
    result.summary = summarize(result.plan, result.processes, samples)


def write_artifact(folder: Path, result: Result) -> Path:
    """The folder, with everything in it and its sums."""
    for name in ("logs", "evidence", "charts"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    write_text(folder / RESULT, result.model_dump_json(indent=1) + "\n")
    for process in result.processes:
        (folder / process.log).write_text("a worker's words\n")
        for rank in process.ranks:
            if rank.evidence is not None:
                (folder / rank.evidence).write_text(EVIDENCE[process.lane])
    (folder / "charts" / "speedup.svg").write_text("<svg/>")
    render_texts(result, folder)
    checksums.write(folder)
    return folder


def copy_artifact(folder: Path, rounds: int = 2) -> Path:
    """`write_artifact` of the consistent result, which is written once."""
    return Path(shutil.copytree(_written(rounds), folder, dirs_exist_ok=True))


@cache
def _written(rounds: int) -> Path:
    return write_artifact(temporary_folder(), consistent_result(rounds=rounds))


def states(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file and folder with its bytes and time."""
    return {
        str(path): (path.lstat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in (folder, *folder.rglob("*"))
    }
