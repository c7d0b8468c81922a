"""What ran is held against the lane, rank by rank, once its process has ended."""

from pathlib import Path

import pytest

from bench.model.process import Process, Rank
from bench.model.record import RankRecord
from bench.run.evidence import hold_evidence
from tests.factories import make_process
from tests.lanes import make_lane
from tests.recorded_onednn import lines

LANE = make_lane("bf16-avx512")


@pytest.fixture
def process(tmp_path: Path) -> Process:
    """Two ranks: the first ran what the lane says, the second only FP32."""
    process = make_process(LANE.id)
    process.ranks = []
    for rank, recorded in enumerate(("3.7-ipex-bf16-avx512", "3.7-ipex-fp32")):
        name = f"rank{rank}.txt"
        (tmp_path / name).write_text(lines(recorded))
        record = RankRecord(lane=LANE.id, rank=rank, outcome="completed")
        process.ranks.append(Rank(rank=rank, record=record, evidence=name))
    return process


def test_each_rank_has_its_own_kernels_and_contradictions(process: Process, tmp_path: Path) -> None:
    hold_evidence(process, LANE, tmp_path)
    right, wrong = process.ranks
    assert right.kernels != wrong.kernels != []
    assert (right.contradictions, bool(wrong.contradictions)) == ([], True)
    assert process.contradictions == wrong.contradictions, "one rank is enough"


def test_what_did_not_complete_is_not_held_against_the_lane(
    process: Process, tmp_path: Path
) -> None:
    process.outcome = "interrupted"
    hold_evidence(process, LANE, tmp_path)
    assert process.ranks[1].kernels
    assert process.contradictions == []


def test_a_completed_process_without_evidence_contradicts_the_lane(
    process: Process, tmp_path: Path
) -> None:
    for rank in process.ranks:
        rank.evidence = None
    hold_evidence(process, LANE, tmp_path)
    assert process.contradictions


def test_a_folder_that_is_gone_is_as_one_without_evidence(process: Process, tmp_path: Path) -> None:
    hold_evidence(process, LANE, tmp_path / "gone")
    assert process.contradictions
