"""`bench compare`: what it prints and writes where, its exit codes, and old and packed runs."""

import json
from pathlib import Path

import pytest

from bench.results.pack import pack
from tests.artifacts import copy_artifact
from tests.comparisons import faster
from tests.factories import make_result
from tests.report.scenes import functional_check

RECORDED = Path(__file__).parents[1] / "recorded/artifacts/1.0"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Folders of runs: `a` and `again` alike, `slow` half as fast, others not comparable."""
    root = tmp_path_factory.mktemp("runs")
    made = {
        "a": faster(1.0, 1),
        "again": faster(1.02, 2),
        "slow": faster(0.5, 3),
        "batch": faster(1.0, 4, lambda: make_result(batch_size=32)),
        "smoke": faster(1.0, 5, functional_check),
    }
    for name, result in made.items():
        (root / name).mkdir()
        (root / name / "result.json").write_text(result.model_dump_json())
    return root


def test_a_table_a_verdict_and_exit_0(runs, bench):
    done = bench("compare", runs / "a", runs / "slow")
    assert (done.returncode, done.stderr) == (0, "")
    assert "The other side is slower than the reference in fp32: 0.50×" in done.stdout


def test_json_is_the_comparison(runs, bench):
    done = bench("compare", runs / "a", runs / "again", "--json")
    told = json.loads(done.stdout)
    (other,) = told["others"]
    assert other["machine"]["level"] == "the same machine"
    assert other["lanes"][0]["compute"]["value"] == pytest.approx(1.02, rel=1e-6)
    assert other["lanes"][0]["verdict"] == "undecided"
    assert str(runs) not in done.stdout, "no path of the machine"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["a", "slow", "--fail-slower", "5%"], 4, ""),
        (["a", "slow", "--fail-slower", "60%"], 0, ""),
        (["a", "again", "--fail-slower", "5%"], 0, ""),
        (["a", "slow", "--fail-slower", "5"], 2, "no percentage"),
        (["a", "batch"], 3, "batch of fp32: 16 against 32"),
        (["a", "batch", "--anyway"], 0, ""),
        (["a", "smoke"], 3, "functional check"),
        (["a", "a"], 2, "are the same run"),
        (["a", "again", "--lane", "fp99"], 2, "no such lane"),
        (["a", "nowhere"], 3, "can't be read"),
        (["a"], 2, "Missing argument"),
    ],
)
def test_exit_codes(words, code, said, runs, bench):
    words = [runs / word if word in {"a", "again", "slow", "batch", "smoke", "nowhere"} else word
             for word in words]  # fmt: skip
    done = bench("compare", *words)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_lanes_of_two_names_and_more_references(runs, bench):
    words = [runs / "a", runs / "slow", "--lane", "fp32=bf16-avx512", "-r", runs / "again"]
    done = bench("compare", *words)
    assert done.returncode == 0
    assert "fp32 → bf16-avx512" in done.stdout
    assert "2 runs" in done.stdout


def test_files_go_where_output_says_and_nowhere_else(runs, bench, tmp_path):
    before = sorted(path.name for path in runs.rglob("*"))
    done = bench("compare", runs / "a", runs / "slow", "--output", tmp_path / "new/folder")
    assert done.returncode == 0
    names = {str(p.relative_to(tmp_path / "new/folder")) for p in tmp_path.rglob("*.*")}
    assert names == {
        *("comparison.html", "comparison.md", "comparison.json"),
        *("charts/comparison.svg", "charts/comparison.png"),
    }
    assert "charts/comparison.svg" in (tmp_path / "new/folder/comparison.md").read_text()
    assert sorted(path.name for path in runs.rglob("*")) == before


def test_an_output_that_can_not_be_written(runs, bench, tmp_path):
    (tmp_path / "file").write_text("")
    done = bench("compare", runs / "a", runs / "slow", "--output", tmp_path / "file")
    assert done.returncode == 3
    assert "can't be written" in done.stderr


def test_a_run_of_schema_1_and_a_packed_one(runs, bench, tmp_path):
    done = bench("compare", RECORDED, runs / "a", "--anyway", "--lane", "fp32")
    assert done.returncode == 0
    assert "it follows schema 1.0" in done.stderr
    assert "not comparable" in done.stdout
    folder = copy_artifact(tmp_path / "run")
    archive = tmp_path / "run.zip"
    pack(folder, archive)
    packed = bench("compare", archive, runs / "slow")
    assert packed.returncode == 0
    assert "run.zip" in packed.stdout
