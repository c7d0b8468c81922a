"""`bench publish`: its words, its streams and its exit codes."""

import json

import pytest

from tests.publish.examples import example, write_example


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return write_example(tmp_path_factory.mktemp("made") / "run", example(2))


def test_it_says_what_it_made_and_where(run, tmp_path, bench):
    done = bench("publish", run, "--output", tmp_path / "site")
    assert done.returncode == 0
    assert done.stdout == f"{tmp_path}/site/index.html: 1 run of 1 processor; 9 files written\n"
    assert done.stderr == ""
    again = bench("publish", run, "-o", tmp_path / "site", "--json")
    assert json.loads(again.stdout)["written"] == 0


def test_what_is_refused_is_said_and_exit_code_5(run, tmp_path, bench):
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "result.json").write_text("{")
    done = bench("publish", run, tmp_path / "bad", "--output", tmp_path / "site")
    assert done.returncode == 5
    assert done.stdout.startswith(f"{tmp_path}/site/index.html: 1 run ")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"refused: {tmp_path}/bad: ")
    assert (tmp_path / "site" / "index.html").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nowhere", "--output", "site"], 3, "nowhere has no result.json"),
        (["{run}"], 2, "--output"),
        (["--output", "site"], 2, "DIR"),
        (["{run}", "--output", ""], 2, "'' names no file and no folder"),
        (["{run}", "--output", "site", "--price", "Xeon"], 2, "Xeon is no price"),
        (["{run}", "--output", "site", "--prices", "nowhere"], 2, "nowhere can't be read"),
        (["{run}", "--output", "site", "--url", "example.org"], 2, "is no address"),
        (["{run}", "--output", "{run}/site"], 3, "is in the run"),
    ],
)
def test_what_is_wrong_is_said(words, code, said, run, tmp_path, bench, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = bench("publish", *(word.format(run=run) for word in words))
    assert done.returncode == code
    assert said in done.stderr
    assert not (tmp_path / "site" / "index.html").exists()


def test_a_price_that_is_nobody_s_is_told(run, tmp_path, bench):
    price = "Intel Xeon Platinum 8480 (example)=4"
    done = bench("publish", run, "--output", tmp_path / "site", "--price", price)
    assert done.returncode == 0
    assert "did you mean Intel Xeon Platinum 8480+ (example)?" in done.stderr
