"""`bench report`: looking at a run writes nothing, but what is missing where it can be written."""

import json
import os
import shutil
import subprocess

import pytest

from bench.report.render import render
from bench.results import checksums
from bench.results.lock import Lock
from bench.results.verify import verify
from tests.artifacts import consistent_result, copy_artifact, states, write_artifact


@pytest.fixture(autouse=True)
def _one_chart(monkeypatch):
    """Drawing takes time, and one is like the other."""
    from bench.report.charts import catalogue

    every = catalogue.charts
    for module in ("charts.catalogue", "render"):
        monkeypatch.setattr(f"bench.report.{module}.charts", lambda result: every(result)[:1])


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """A whole artifact, made once."""
    folder = copy_artifact(tmp_path_factory.mktemp("made") / "run")
    for name in ("charts/speedup.png", "report.html"):
        (folder / name).write_bytes(b"")
    checksums.write(folder)
    return folder


@pytest.fixture
def folder(rendered, tmp_path):
    return shutil.copytree(rendered, tmp_path / "run")


def test_looking_writes_nothing(folder, bench):
    (folder / "report.md").write_text("of another version")
    before = states(folder)
    for words in ([], ["--json"]):
        done = bench("report", folder, *words)
        assert (done.returncode, done.stderr) == (0, "")
        assert "bf16-avx512" in done.stdout
    bench("verify", folder)
    bench("export", folder, "--format", "csv")
    assert states(folder) == before


def test_write_renders_all_again(folder, bench):
    (folder / "report.md").write_text("of another version")
    (folder / "charts/speedup.svg").unlink()
    assert bench("report", folder, "--write").returncode == 0
    assert "bf16-avx512" in (folder / "report.md").read_text()
    assert (folder / "charts/speedup.png").stat().st_size > 0
    assert verify(folder).problems == []


@pytest.mark.parametrize(
    "name", ["report.md", "report.html", "samples.csv", "charts/speedup.svg", "charts"]
)
def test_what_is_missing_is_rendered_and_nothing_else(name, folder, bench):
    path = folder / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    before = states(folder)
    assert bench("report", folder).returncode == 0
    assert path.exists()
    changed = {key for key, state in before.items() if states(folder)[key] != state}
    parents = {str(folder), str(folder / "charts"), str(folder / "SHA256SUMS")}
    assert changed <= parents
    assert verify(folder).problems == []


def test_a_result_alone_is_rendered(folder, tmp_path, bench):
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(folder / "result.json", alone)
    assert bench("report", alone).returncode == 0
    assert (alone / "report.md").exists()
    assert (alone / "report.html").exists()
    assert (alone / "charts/speedup.png").stat().st_size > 0


@pytest.mark.parametrize(
    "sabotage",
    [
        lambda folder: (folder / "charts").write_text("a file where the charts should go"),
        lambda folder: (folder / "charts").symlink_to(folder.parent),
        lambda folder: (folder / "SHA256SUMS").write_text("no sums"),
    ],
)
def test_what_can_not_be_rendered_is_no_error_until_it_is_asked_for(sabotage, folder, bench):
    shutil.rmtree(folder / "charts")
    sabotage(folder)
    before = states(folder)
    done = bench("report", folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "bf16-avx512" in done.stdout
    after = states(folder)
    assert all(after[key] == state for key, state in before.items() if state[1]), "as it was"
    done = bench("report", folder, "--write")
    assert done.returncode in (3, 5)
    assert "Traceback" not in done.stderr


def test_a_folder_that_can_not_be_written(folder, bench):
    """For real: a read-only file system, which stops root too."""
    (folder / "report.md").unlink()
    mounted = subprocess.run(["mount", "--bind", folder, folder], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("mounting needs root")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
        done = bench("report", folder)
        written = bench("report", folder, "--write")
        resumed = bench("verify", folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "bf16-avx512" in done.stdout
    assert written.returncode == 3
    assert "can't be written: Read-only file system" in written.stderr
    assert resumed.returncode == 5, "report.md is missing"
    assert not (folder / "report.md").exists()


def test_a_run_under_way_is_looked_at_and_left_alone(folder, bench):
    (folder / "report.md").unlink()
    text = (folder / "result.json").read_text().replace('"completed"', '"running"', 1)
    assert json.loads(text)["status"] == "running"
    (folder / "result.json").write_text(text)
    with Lock(folder):
        done = bench("report", folder)
        assert "note: the run is under way" in done.stderr
        written = bench("report", folder, "--write")
        assert written.returncode == 3
        assert f"process {os.getpid()}" in written.stderr
    assert not (folder / "report.md").exists()
    for command in ("report", "verify"):
        said = bench(command, folder).stderr
        assert f"no process works in its folder; go on with: bench run --resume {folder}" in said


def test_files_follow_the_umask_all_alike(tmp_path):
    before = os.umask(0o027)
    try:
        folder = write_artifact(tmp_path / "run", consistent_result())
        render(consistent_result(), folder)
    finally:
        os.umask(before)
    modes = {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()}
    assert modes == {0o640}
