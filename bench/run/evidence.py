"""What ran in a process, held against what its lane's name says."""

from contextlib import suppress
from pathlib import Path

from bench.analysis.contradictions import rank_contradictions
from bench.analysis.evidence import announced_sets, kernels
from bench.errors import BenchError
from bench.model.plan import PlannedLane
from bench.model.process import Process
from bench.results.folder import read_evidence


def hold_evidence(process: Process, lane: PlannedLane, folder: Path) -> None:
    """Note in each rank of an ended process which kernels ran in it, and what they contradict.

    Only what completed is held against the lane: the rest may have ended before any kernel ran.
    """
    for rank in process.ranks:
        with suppress(OSError, BenchError):  # it left none, or the folder is gone
            lines = read_evidence(folder, rank)
            rank.kernels, rank.announced = kernels(lines), announced_sets(lines)
        if process.outcome == "completed":
            rank.contradictions = rank_contradictions(lane, rank)
