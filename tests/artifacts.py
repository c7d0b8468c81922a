"""A run's folder as a run leaves it, but without its charts: to be read and verified."""

from datetime import timedelta
from pathlib import Path

from bench.analysis.contradictions import contradictions
from bench.analysis.evidence import kernels
from bench.analysis.summary import summarize
from bench.model.result import Result
from bench.report.render import render_texts
from bench.results import checksums
from bench.results.folder import RESULT, write_text
from tests.factories import START, make_result
from tests.recorded_onednn import lines

EVIDENCE = {
    "fp32": lines("3.7-stock-fp32"),
    "fp32-ipex": lines("3.7-ipex-fp32"),
    "bf16-avx512": lines("3.7-ipex-bf16-avx512"),
}


def consistent_result(rounds: int = 2, **changes: dict[str, str]) -> Result:
    """Three measured lanes whose kernels are those of recorded lines, and whose times add up."""
    result = make_result(rounds=rounds, **changes)
    result.finished_at = (START + timedelta(hours=1)).isoformat()
    for process in result.processes:
        process.wall_seconds = 90.0
        for rank in process.ranks:
            if rank.evidence is not None:
                observed = rank.record.observed if rank.record else None
                onednn_isa = observed.onednn_isa if observed else None
                lane = result.plan.lane(process.lane)
                rank.kernels = kernels(EVIDENCE[process.lane])
                rank.contradictions = contradictions(lane, rank.kernels, onednn_isa)
    summarize_again(result)
    return result


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
