"""`bench.load`: the frames say what the artifact says, of any run that can be read."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import bench
from bench.analysis.kernels import milliseconds
from bench.analysis.measures import measures
from bench.errors import BenchError, Exit
from bench.frames.lanes import EPOCH, EXTRAPOLATED
from bench.frames.load import FRAMES, Frames
from bench.model.process import Rank
from bench.model.record import PHASES
from bench.model.result import Result
from bench.model.summary import LaneEnergy, LaneSummary, Spread
from bench.report.exports.samples import samples_csv
from tests.artifacts import consistent_result, copy_artifact
from tests.factories import make_noise, make_result
from tests.report.scenes import (
    disturbed_round,
    four_lanes,
    invalid_lane,
    leaving_ipex,
    record_of,
    summarized,
)

ROOT = Path(__file__).parents[1]
HARMFUL = "\x1b[31m\x9b2J\u202e<b>$x$\n" + "x" * 3000


def written(folder: Path, result: Result) -> Path:
    folder.mkdir(parents=True)
    (folder / "result.json").write_text(result.model_dump_json())
    return folder


@pytest.fixture(scope="module")
def result() -> Result:
    """Four lanes, one step of which is far from the others."""
    made = four_lanes(rounds=3)
    record_of(made.processes[0]).compute.timed.backward[5] *= 3
    return summarized(made)


@pytest.fixture(scope="module")
def frames(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Frames:
    return bench.load(written(tmp_path_factory.mktemp("four") / "run", result))


def of(result: Result, lane: str) -> LaneSummary:
    return next(each for each in result.summary.lanes if each.lane == lane)


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_has_its_columns_with_their_types(name: str, frames: Frames) -> None:
    frame = getattr(frames, name)
    assert len(frame)
    assert {each: str(kind) for each, kind in frame.dtypes.items()} == {
        column.name: column.kind for column in FRAMES[name]
    }
    assert list(frame["run"].unique()) == ["run"]


def test_the_documentation_has_every_column() -> None:
    text = (ROOT / "docs" / "exploring.md").read_text()
    for name, columns in FRAMES.items():
        _, _, after = text.partition(f"\n## `{name}`")
        rows = [f"| `{each.name}` | {each.kind} | {each.unit} | {each.means} |" for each in columns]
        assert "\n".join(rows) + "\n" in after.partition("\n## ")[0], name


@pytest.mark.parametrize("epochs", [False, True])
def test_a_lanes_figures_are_the_summarys_measures(epochs: bool, tmp_path: Path) -> None:
    made = make_result(measured_epochs=epochs)
    joules = Spread(median=30.0, low=29.0, high=31.5, rounds=3)
    made.summary.lanes[0].energy = LaneEnergy(
        packages=["package-0"], joules_per_sample=joules, watts=200.0, others_share=0.1
    )
    lanes = bench.load(written(tmp_path / "run", made)).lanes.set_index("lane")
    there = measures(made.summary)
    for each in there:
        name = EPOCH if each.name == EXTRAPOLATED else each.name
        assert lanes.loc[each.lane, name] == each.value, name
        for end in ("low", "high"):
            value = getattr(each, end)
            if value is not None:
                assert lanes.loc[each.lane, f"{name}_{end}"] == value
    assert lanes["epoch_measured"].dropna().eq(epochs).all()
    figures = lanes.filter(regex="throughput|speedup|epoch_time|share|peak|energy|_time$").notna()
    without_ends = [name for name in figures if not name.endswith(("_low", "_high"))]
    assert figures[without_ends].sum().sum() == len(there), "and no others"


def test_what_a_lane_replaces_compiles_and_loses_is_in_its_row(tmp_path: Path) -> None:
    made = leaving_ipex(rounds=3)
    lanes = bench.load(written(tmp_path / "run", made)).lanes.set_index("lane")
    (departure,) = (x.compute for x in made.summary.departures if x.other == "fp32-compile")
    assert departure is not None
    assert lanes.loc["fp32-compile", "compute_speedup_over_archived"] == departure.value
    cost = of(made, "fp32-compile").compilation
    assert cost is not None
    assert lanes.loc["fp32-compile", "compile_cold_time"] == cost.cold_seconds
    assert lanes.loc["fp32-compile", "compile_pays_off_after"] == cost.pays_off_steps
    assert lanes["compile_cold_time"].notna().sum() == 3
    assert lanes.loc["fp32-ipex", ["loss_first", "loss_last"]].tolist() == [2.532, 2.322]
    assert lanes.loc["fp32-bf16math-amx", "fp32_math"] == "bf16"


def test_a_lane_has_its_state_verdict_and_colour(frames: Frames, result: Result) -> None:
    lanes = frames.lanes.set_index("lane")
    assert list(lanes.index) == [lane.id for lane in result.plan.lanes]
    assert lanes.loc["bf16-amx", "verdict"] == "faster"
    assert lanes["colour"].is_unique
    assert list(lanes.index[lanes["baseline"]]) == ["fp32"]
    assert lanes.loc["fp32", "rounds"] == 3


def test_steps_are_the_raw_steps(frames: Frames, result: Result) -> None:
    rows = [line.split(",") for line in samples_csv(result).splitlines()[1:]]
    steps = frames.steps
    place = steps[["round", "position", "lane", "part", "step"]].astype(str)
    assert place.to_numpy().tolist() == [row[:5] for row in rows]
    for phase, at in zip(PHASES, range(5, 9), strict=True):
        nanoseconds = (steps[f"{phase}_seconds"] * 1e9).round()
        assert nanoseconds.tolist() == [int(row[at]) for row in rows]
    whole = sum(steps[f"{phase}_seconds"] for phase in PHASES)
    assert np.allclose(whole, steps["seconds"])


def test_outliers_are_those_that_the_summary_counts(frames: Frames, result: Result) -> None:
    compute = frames.steps.query("part == 'compute'")
    by_lane = compute.groupby("lane")["outlier"].sum()
    assert by_lane.to_dict() == {lane.lane: lane.outliers for lane in result.summary.lanes}
    assert compute.query("lane == 'fp32' or outlier")["outlier"].any()
    assert frames.steps.query("part == 'warmup'")["outlier"].isna().all()


def test_a_ratio_can_be_drawn_from_the_steps_alone(frames: Frames, result: Result) -> None:
    compute = frames.steps.query("part == 'compute' and counts").astype({"lane": str})
    seconds = compute["seconds"] / compute["samples"]
    turns = seconds.groupby([compute[name] for name in ("lane", "round", "turn")]).median()
    for lane in ("fp32-ipex", "bf16-avx512", "bf16-amx"):
        rounds = np.log(turns["fp32"] / turns[lane]).groupby("round").median()
        ratio = of(result, lane).compute_ratios[0]
        assert ratio.against == "fp32"
        assert np.exp(rounds.mean()) == pytest.approx(ratio.value)


def test_a_step_begins_where_its_turn_and_the_steps_before_it_say(
    frames: Frames, result: Result
) -> None:
    own = frames.steps.query("part == 'compute'").iloc[:12]
    turns = record_of(result.processes[0]).compute.turns
    assert own["turn"].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert own["begin_seconds"].iloc[::3].tolist() == [turn.at for turn in turns]
    gaps = own["begin_seconds"].diff().iloc[[1, 2]].tolist()
    assert gaps == pytest.approx(own["seconds"].iloc[:2].tolist())


def test_kernels_are_what_ran(frames: Frames, result: Result) -> None:
    kinds = frames.kernels.groupby(["lane", "round", "kind"])["seconds"].sum()
    for process in result.processes:
        own = {kind: each / 1000 for kind, each in milliseconds(process.kernels).items()}
        assert kinds[process.lane, process.round].to_dict() == pytest.approx(own)
    products = frames.kernels.query("kind.str.contains('convolution|product')")
    shares = products["seconds"].where(products["own_set"], 0).groupby(products["lane"]).sum()
    shares /= products.groupby("lane")["seconds"].sum()
    for lane in result.summary.lanes:
        assert lane.kernels is not None
        assert shares[lane.lane] == pytest.approx(lane.kernels.at_instruction_set)
    assert frames.kernels.query("primitive == 'reorder'")["instruction_set"].isna().all()


def test_noise_is_a_row_a_process_and_what_is_unknown_is_missing(tmp_path: Path) -> None:
    made = make_result(rounds=2, failing={"fp32-ipex": "killed"})
    made.processes[0].noise = make_noise(steal_seconds=1.5, throttled_periods=2)
    noise = bench.load(written(tmp_path / "run", made)).noise
    assert len(noise) == len(made.processes)
    assert noise.loc[0, ["steal_seconds", "throttled_periods", "cpus"]].tolist() == [1.5, 2, 2]
    assert noise["frequency_mhz"].isna().all()
    failed = noise.query("lane == 'fp32-ipex'")
    assert failed["reason"].tolist() == ["killed", "killed"]
    assert not failed["counts"].any()
    assert failed["major_faults"].isna().all()
    assert noise["started_at"].dt.year.eq(2026).all()


def test_a_disturbed_round_is_told_with_what_was_seen(tmp_path: Path) -> None:
    rounds = bench.load(written(tmp_path / "run", disturbed_round())).rounds
    assert rounds.query("disturbed")["round"].tolist() == [3]
    assert "others used" in rounds.loc[2, "what"]
    assert rounds["what"].isna().sum() == 4


def test_an_invalid_lane_has_no_figure_and_its_steps_do_not_count(tmp_path: Path) -> None:
    made = invalid_lane()
    claimed, other = made.summary.lanes[3], made.summary.lanes[2]
    claimed.compute_samples_per_second = other.compute_samples_per_second
    claimed.epoch_seconds, claimed.compute_ratios = other.epoch_seconds, other.compute_ratios
    frames = bench.load(written(tmp_path / "run", made))
    lane = frames.lanes.set_index("lane").loc["bf16-amx"]
    assert lane["state"] == "invalid"
    assert "the lane's name asks for more" in lane["reason"]
    assert lane.filter(regex="throughput|speedup|epoch|share|rounds|verdict").isna().all()
    counting = frames.steps.groupby("lane")["counts"].agg(["any", "all", "size"])
    assert counting.loc["bf16-amx"].tolist()[:2] == [False, False]
    assert counting["size"].nunique() == 1
    assert counting.loc["fp32", "all"]


def test_ranks_are_told_apart(tmp_path: Path) -> None:
    made = consistent_result(rounds=1)
    first = made.processes[0].ranks[0]
    record = record_of(made.processes[0]).model_copy(update={"rank": 1})
    made.processes[0].ranks.append(Rank(rank=1, record=record, kernels=first.kernels))
    frames = bench.load(written(tmp_path / "run", made))
    for frame in (frames.steps, frames.kernels):
        ranks = frame.query("lane == @made.processes[0].lane").groupby("rank").size()
        assert ranks[0] == ranks[1] > 0
    assert len(frames.noise) == len(made.processes)


def test_several_runs_are_told_apart_and_can_be_joined(tmp_path: Path) -> None:
    written(tmp_path / "a" / "run", make_result(rounds=1))
    written(tmp_path / "a" / "other", make_result(rounds=3))
    written(tmp_path / "b" / "run", make_result(rounds=2))
    (tmp_path / "a" / "latest").symlink_to("run")
    (tmp_path / "a" / "loop").symlink_to("loop")
    (tmp_path / "a" / "logs").mkdir()
    (tmp_path / "a" / "notes.zip.txt").touch()
    frames = bench.load(f"{tmp_path}/a/*", tmp_path / "b" / "run")
    assert frames.runs["run"].tolist() == ["other", "run", "run (2)"]
    assert frames.runs["rounds"].tolist() == [3, 1, 2]
    assert [*frames.results] == ["other", "run", "run (2)"]
    assert frames.noise.groupby("run").size().tolist() == [9, 3, 6]
    joined = frames.steps.merge(frames.lanes, on=["run", "lane"]).merge(frames.runs, on="run")
    assert len(joined) == len(frames.steps)
    assert str(joined["lane"].dtype) == str(joined["run"].dtype) == "category"


def test_an_archive_is_a_run_too(tmp_path: Path) -> None:
    folder = copy_artifact(tmp_path / "run", rounds=1)
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        for file in sorted(each for each in folder.rglob("*") if each.is_file()):
            archive.write(file, Path("inside") / file.relative_to(folder))
    frames = bench.load(f"{tmp_path}/*.zip")
    assert frames.runs["run"].tolist() == ["inside"]
    assert frames.runs["path"].tolist() == [str(tmp_path / "packed.zip")]
    assert frames.steps["seconds"].equals(bench.load(folder).steps["seconds"])


def test_a_run_of_an_older_schema_is_read_and_says_so() -> None:
    frames = bench.load(ROOT / "tests" / "recorded" / "artifacts" / "1.0")
    assert "schema 1.0" in frames.runs.loc[0, "notes"]
    assert frames.steps["counts"].any()


def test_a_strangers_text_is_one_bounded_line(tmp_path: Path) -> None:
    made = make_result(rounds=1, failing={"fp32-ipex": HARMFUL})
    made.processes[-1].ranks[0].kernels[:] = [
        each.model_copy(update={"implementation": HARMFUL, "primitive": HARMFUL})
        for lane in made.processes
        for each in lane.kernels
    ]
    made.started_at = made.processes[0].started_at = HARMFUL
    made.host.cpu.brand.value = HARMFUL
    frames = bench.load(written(tmp_path / "run", summarized(made)))
    texts = [
        str(each)
        for name in FRAMES
        for column in getattr(frames, name).select_dtypes(["string", "category"]).items()
        for each in column[1].dropna().unique()
    ]
    assert sum("<b>$x$" in text for text in texts) >= 4
    assert all(len(text) <= 500 and text.replace("�", "").isprintable() for text in texts)
    assert frames.runs["started_at"].isna().all()


def test_turns_that_do_not_fit_their_steps_are_no_harm(tmp_path: Path) -> None:
    made = make_result(rounds=1)
    turns = record_of(made.processes[0]).compute.turns
    turns[0].steps, turns[1].steps, turns[2].steps, turns[3].steps = 1, 0, 2, 1
    record_of(made.processes[1]).compute.turns[0].steps = 2**60
    steps = bench.load(written(tmp_path / "run", made)).steps.query("part == 'compute'")
    numbers = steps["turn"].tolist()
    assert numbers[:4] == [0, 2, 2, 3]
    assert steps["turn"].iloc[4:12].isna().all()
    assert steps["begin_seconds"].iloc[4:12].isna().all()
    assert numbers[12:24] == [0] * 12


@pytest.mark.parametrize(
    ("change", "column"), [({"calls": 2**63}, "calls"), ({"calls": -(2**64)}, "calls")]
)
def test_a_number_without_room_is_refused(
    change: dict[str, int], column: str, tmp_path: Path
) -> None:
    made = make_result(rounds=1)
    kernels = made.processes[0].ranks[0].kernels
    kernels[0] = kernels[0].model_copy(update=change)
    with pytest.raises(BenchError, match=column) as refused:
        bench.load(written(tmp_path / "run", made))
    assert refused.value.code == Exit.INVALID_ARTIFACT


def test_what_is_no_artifact_is_refused(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text(json.dumps({"schema_version": "2.0"}))
    with pytest.raises(BenchError, match="not a valid result") as refused:
        bench.load(tmp_path)
    assert refused.value.code == Exit.INVALID_ARTIFACT


@pytest.mark.parametrize("path", ["none/such", "none/*"])
def test_an_error_comes_with_its_remedy(path: str, tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="none") as missing:
        bench.load(tmp_path / path)
    assert missing.value.__notes__ == [missing.value.remedy]
    assert "results/" in missing.value.remedy


def test_without_pandas_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(BenchError, match="pandas is not installed") as missing:
        bench.load(ROOT / "docs" / "example")
    assert missing.value.__notes__ == ["pip install 'bench[notebook]'"]


def test_the_package_alone_is_light() -> None:
    script = "import bench, sys; print([*{'pydantic', 'pandas', 'numpy'} & {*sys.modules}])"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr


def test_a_run_in_which_nothing_ended_has_empty_frames(tmp_path: Path) -> None:
    frames = bench.load(written(tmp_path / "run", make_result(nothing=True)))
    assert frames.steps.empty
    assert str(frames.steps["part"].dtype) == "category"
    assert frames.lanes["state"].tolist() == ["not reached"] * 3 + ["skipped"]
    assert pd.isna(frames.lanes["compute_throughput"]).all()
