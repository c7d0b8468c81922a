"""Artifacts of schema 1.0 are still read: recorded ones, made by the kit that wrote 1.0."""

import copy
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bench.errors import BenchError, Exit
from bench.report.render import render
from bench.results.bounds import VALUES
from bench.results.folder import opened
from bench.results.schema import parse_result
from bench.results.upgrade import upgrade
from bench.results.verify import verify

RECORDED = Path(__file__).parent.parent / "recorded" / "artifacts"
FOUR_LANES = json.loads((RECORDED / "1.0-four-lanes.json").read_text())
"""One round: a lane that failed, one that the host can't run."""
NOTE = "it follows schema 1.0, and was read as 2.0 has it"


def parsed(tree: Any) -> Any:
    return parse_result(json.dumps(tree).encode(), Path("result.json"))


def test_a_recorded_artifact_is_read() -> None:
    read = opened(RECORDED / "1.0")
    assert (read.schema, read.notes) == ("1.0", [NOTE])
    (lane,) = read.result.plan.lanes
    setup, placement = lane.setup, lane.setup.placement
    assert (setup.engine, setup.batch_size, setup.loader_workers, setup.stack) == (
        *("stock", 8, 1, "ipex"),
    )
    assert (placement.cores, placement.task_manager, placement.launcher) == (
        *([0, 1], "numactl", "ipexrun"),
    )
    assert [Path(each).name for each in setup.preload] == [
        *("libtcmalloc_minimal.so.4", "libiomp5.so"),
    ]
    assert setup.environment == {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE"}
    assert (lane.workload.model, lane.workload.unit, lane.workload.image_size) == (
        *("resnet50", "img", 32),
    )
    assert read.result.data is not None
    assert (read.result.data.spec.samples, read.result.data.spec.classes) == (256, 10)
    stack = read.result.host.stack("ipex")
    assert stack is not None
    assert stack.packages["intel-extension-for-pytorch"].value == "2.8.0"
    assert stack.lock.reason == "schema 1.0 does not tell"


def test_an_images_record_told_of_one_stack() -> None:
    old = copy.deepcopy(FOUR_LANES)
    known = {"value": "1a2b3c", "reason": None}
    build = {"commit": known, "built_at": known, "base": "debian", "base_digest": known}
    old["kit"]["build"] = {"value": build | {"locks": {}, "torch_build": "cpu"}, "reason": None}
    build = parsed(old).result.kit.build.value
    assert build is not None
    assert build.torch_builds == {"ipex": "cpu"}


def test_a_recorded_artifact_is_what_it_was() -> None:
    """Steps, kernels and conclusions, figure by figure."""
    old = json.loads((RECORDED / "1.0/result.json").read_text())
    new = opened(RECORDED / "1.0").result
    (process,), (before,) = new.processes, old["processes"]
    assert process.record is not None
    timed = before["record"]["compute"]["timed"]
    assert process.record.compute.timed.model_dump() == timed
    assert process.record.compute.samples == before["record"]["compute"]["images"]
    assert [each.model_dump() for each in process.kernels] == before["kernels"]
    (lane,), (concluded,) = new.summary.lanes, old["summary"]["lanes"]
    assert lane.state == "measured"
    assert lane.compute_samples_per_second is not None
    rate = lane.compute_samples_per_second.model_dump()
    assert rate == concluded["compute_images_per_second"]
    assert lane.limits is not None
    assert lane.limits.gflop_per_sample == concluded["limits"]["gflop_per_image"]


def test_a_recorded_artifact_is_reported(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(RECORDED / "1.0", folder)
    render(opened(folder).result, folder)
    report = (folder / "report.md").read_text()
    assert "43.1" in report, "samples a second, as 1.0 had them"
    assert "ResNet-50" in report


def test_a_recorded_artifact_verifies_as_drawn_by_another_analysis() -> None:
    verified = verify(RECORDED / "1.0")
    assert (verified.problems, verified.code) == ([], Exit.DONE)
    assert NOTE in verified.notes
    assert any("drawn by version 1.0 of the analysis" in note for note in verified.notes)


def test_a_changed_old_artifact_is_false(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(RECORDED / "1.0", folder)
    (folder / "samples.csv").write_text("")
    assert verify(folder).code == Exit.INVALID_ARTIFACT


def test_statuses_become_intentions_and_states() -> None:
    result = parsed(FOUR_LANES).result
    assert [(lane.id, lane.intention) for lane in result.plan.lanes] == [
        ("fp32", "planned"),
        ("fp32-ipex", "planned"),
        ("bf16-avx512", "planned"),
        ("bf16-amx", "skipped"),
    ]
    assert result.plan.baseline == "fp32"
    assert [lane.instruction_set for lane in result.plan.lanes] == [
        *("avx512_core", "avx512_core", "avx512_core_bf16", "amx"),
    ]
    assert [lane.state for lane in result.summary.lanes] == [
        *("measured", "failed", "measured", "skipped"),
    ]
    assert result.summary.lanes[1].reason == "it died"
    assert result.plan.lanes[1].reason is None, "that it failed was not planned"
    assert result.plan.lanes[3].reason == result.summary.lanes[3].reason


@pytest.mark.parametrize(("outcome", "intention"), [(None, "too large"), ("failed", "planned")])
def test_a_lane_that_failed_without_a_process_was_too_large(
    outcome: str | None, intention: str
) -> None:
    tree = copy.deepcopy(FOUR_LANES)
    own = [process for process in tree["processes"] if process["lane"] == "fp32-ipex"]
    tree["processes"] = [p for p in tree["processes"] if p not in own or p["outcome"] == outcome]
    upgraded = upgrade(tree)
    assert upgraded["plan"]["lanes"][1]["intention"] == intention
    assert upgraded["summary"]["lanes"][1]["state"] == "failed"


@pytest.mark.parametrize(
    ("outcome", "state"), [("interrupted", "interrupted"), (None, "not reached")]
)
def test_a_lane_without_a_status_is_known_by_its_processes(outcome: str | None, state: str) -> None:
    tree = copy.deepcopy(FOUR_LANES)
    tree["plan"]["lanes"][0]["status"] = "planned"
    for process in [p for p in tree["processes"] if p["lane"] == "fp32"]:
        process["outcome"] = outcome
        if outcome is None:
            tree["processes"].remove(process)
    assert upgrade(tree)["summary"]["lanes"][0]["state"] == state


def test_the_old_tree_is_left_as_it_is() -> None:
    tree = copy.deepcopy(FOUR_LANES)
    upgrade(tree)
    assert tree == FOUR_LANES


@pytest.mark.parametrize(
    "where", ["", "plan", "plan.workload", "plan.lanes.0", "host", "host.tools", "processes.0"]
)
def test_what_1_0_did_not_have_is_refused_and_not_dropped(where: str) -> None:
    tree = copy.deepcopy(FOUR_LANES)
    parent = tree
    for key in filter(None, where.split(".")):
        parent = parent[int(key) if key.isdigit() else key]
    parent["extra"] = 1
    with pytest.raises(BenchError, match="extra"):
        parsed(tree)


@pytest.mark.parametrize("part", ["plan", "host", "processes", "summary", "data", "status"])
@pytest.mark.parametrize("value", [None, 3, "x", [], {}, [1], {"lanes": 3}])
def test_what_is_no_1_0_is_refused(part: str, value: object) -> None:
    tree = copy.deepcopy(FOUR_LANES) | {part: value}
    if (part, value) in [("data", None), ("processes", [])]:
        return
    with pytest.raises(BenchError) as caught:
        parsed(tree)
    assert caught.value.code == Exit.INVALID_ARTIFACT


def test_what_every_lane_gets_is_bounded() -> None:
    tree = copy.deepcopy(FOUR_LANES)
    tree["plan"]["cores"] = list(range(VALUES // 4))
    with pytest.raises(BenchError, match="its lanes' cores included"):
        parsed(tree)
    tree = copy.deepcopy(FOUR_LANES)
    tree["plan"]["lanes"] *= 17
    with pytest.raises(BenchError, match="more than 64"):
        parsed(tree)
