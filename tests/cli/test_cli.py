"""The command line: exit codes, what goes to which stream, and what it writes."""

import json
import os

import pytest

from bench.cli.shared import console
from bench.errors import Exit
from bench.plan.catalogue.lanes import LANES
from tests.artifacts import consistent_result, copy_artifact, write_artifact
from tests.factories import make_result
from tests.host_factory import make_host

COMMANDS = ["probe", "doctor", "plan", "run", "report", "compare", "verify", "publish", "pack"]


@pytest.fixture
def host(monkeypatch):
    """A host that nobody has to look at."""
    monkeypatch.setattr("bench.host.probe.probe", lambda **_: make_host())


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "result.json").write_text(make_result().model_dump_json())
    return tmp_path


@pytest.fixture
def valid(tmp_path):
    return copy_artifact(tmp_path / "run")


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_names_every_command(option, bench):
    said = bench(option).stdout
    commands = [*COMMANDS, "export", "schema"]
    assert all(f"  {name} " in said for name in commands)
    assert "--install-completion" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_version(command, bench):
    import bench as package

    assert f" {command} [OPTIONS]" in bench(command, "-h").stdout.splitlines()[0]
    for option in ("-V", "--version"):
        done = bench(command, option)
        assert (done.returncode, done.stdout) == (0, f"bench {package.__version__}\n")


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_version_is_the_packages(option, bench):
    import bench as package

    assert bench(option).stdout == f"bench {package.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["run", "--profile", "smok"], 2, "did you mean smoke?"),
        (["run", "--lane", "bf16-axm"], 2, "did you mean bf16-amx?"),
        (["plan", "--data", "cifar"], 2, "did you mean cifar10?"),
        (["plan", "--model", "vit"], 2, "did you mean vit_b_16?"),
        (["plan", "--model", "vit_b_16", "--image-size", "100"], 2, "--image-size 96 or"),
        (["plan", "--data", "folder:/nowhere"], 2, "No such file or directory"),
        (["run", "--batch-size", "1"], 2, "--batch-size"),
        (["run", "--rounds", "many"], 2, "'many'"),
        (["run", "--lane", ""], 2, "--lane ''"),
        (["run", "--results", ""], 2, "'' names no file and no folder"),
        (["run", "--data-dir", ""], 2, "'' names no file and no folder"),
        (["run", "--resume", ""], 2, "'--resume': '' names no file and no folder"),
        (["report", ""], 2, "'' names no file and no folder"),
        (["run", "--results", "here", "--resume", "there"], 2, "--results here can't be given"),
        (["run", "--results", "\udcff"], 2, "has bytes that are no UTF-8"),
        (["run", "--data-dir", "\udcff"], 2, "has bytes that are no UTF-8"),
        (["run", "--resume", "\udcff"], 2, "has bytes that are no UTF-8"),
        (["plan", "--data", "folder:\udcff"], 2, "has bytes that are no UTF-8"),
        (["report", "~nobody-at-all/x"], 2, "there is no such user"),
        (["dance"], 2, "No such command 'dance'"),
        (["report", "/nowhere"], 3, "remedy: name a run's folder"),
        (["verify", "/nowhere"], 3, "remedy: name a run's folder"),
        (["run", "--resume", "/nowhere"], 3, "remedy: name a run's folder"),
        (["export", "/nowhere", "--format", "csv"], 3, "remedy: name a run's folder"),
        (["export", "/nowhere", "--format", "cvs"], 2, "did you mean csv?"),
        (["export", "/nowhere"], 2, "--format"),
    ],
)
def test_what_is_wrong_is_said_in_lines_without_a_traceback(arguments, code, said, bench, host):
    done = bench(*arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema_version": "9"}', "\x00" * 100])
def test_a_result_that_is_none_is_exit_code_5(content, tmp_path, bench):
    (tmp_path / "result.json").write_text(content)
    done = bench("report", tmp_path)
    assert done.returncode == 5
    assert len(done.stderr.splitlines()) == 2
    assert done.stderr.startswith("error: ")


@pytest.mark.parametrize("debug", [[], ["--debug"]])
@pytest.mark.parametrize("error", [ZeroDivisionError("by zero"), RecursionError(), MemoryError()])
def test_a_crash_is_said_and_never_looks_like_a_failed_lane(error, debug, bench, monkeypatch):
    def crashes(*_):
        raise error

    monkeypatch.setattr("bench.results.folder.opened", crashes)
    done = bench("report", "x", *debug)
    assert done.returncode == Exit.INTERNAL == 70
    if debug:
        assert "Traceback" in done.stderr
    else:
        what, remedy = done.stderr.splitlines()
        assert what.startswith(f"error: bench itself is at fault: {type(error).__name__}")
        assert "--debug" in remedy


@pytest.mark.parametrize("words", [["--debug", "report"], ["report", "--debug"]])
def test_a_traceback_is_there_for_who_asks(words, bench):
    done = bench(*words, "/nowhere")
    assert "Traceback" in done.stderr
    assert done.returncode == 3


def test_json_is_data_and_nothing_else(valid, bench):
    result = json.loads((valid / "result.json").read_text())
    said = bench("report", valid, "--json").stdout
    assert json.loads(said) == result
    assert said.isascii()


def test_the_schema_is_one_that_a_result_follows(bench):
    schema = json.loads(bench("schema").stdout)
    assert schema["properties"].keys() == json.loads(make_result().model_dump_json()).keys()
    assert schema["additionalProperties"] is False


def test_probe_as_json_has_the_host_the_cores_and_the_lanes(bench, host):
    probed = json.loads(bench("probe", "--json").stdout)
    assert probed["lane_cores"]["cpus"]
    assert [lane["id"] for lane in probed["lanes"]] == [lane.id for lane in LANES]
    assert all(lane["runs"] == (lane["reason"] is None) for lane in probed["lanes"])


@pytest.mark.parametrize("format", ["csv", "google-benchmark", "openmetrics"])
def test_export_writes_to_standard_output_or_a_file(format, folder, tmp_path, bench):
    printed = bench("export", folder, "--format", format)
    assert printed.returncode == 0
    assert "bf16-avx512" in printed.stdout
    written = bench("export", folder, "--format", format, "--output", tmp_path / "figures")
    assert (written.returncode, written.stdout) == (0, "")
    assert (tmp_path / "figures").read_text() == printed.stdout


def test_export_takes_the_place_of_no_link(folder, tmp_path, bench):
    (tmp_path / "link").symlink_to("figures")
    assert bench("export", folder, "--format", "csv", "-o", tmp_path / "link").returncode == 0
    assert (tmp_path / "link").is_symlink()
    assert "bf16-avx512" in (tmp_path / "figures").read_text()


def test_a_dash_is_standard_output(folder, tmp_path, bench, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "bf16-avx512" in bench("export", folder, "--format", "csv", "--output", "-").stdout
    assert not (tmp_path / "-").exists()


def test_a_folder_below_home_is_found_there(tmp_path, bench, monkeypatch):
    """A shell hands the ~ of --results=~/runs over as it is."""
    monkeypatch.setenv("HOME", str(tmp_path))
    copy_artifact(tmp_path / "run")
    assert bench("verify", "~/run").returncode == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "/nowhere/x.csv"], "error: /nowhere/x.csv: No such file or directory\n"),
        (["-o", "/proc/x.csv"], "error: /proc/x.csv: No such file or directory\n"),
        (["-o", "/"], "error: /: Is a directory\n"),
        (["-o", "/dev/full"], "error: reading or writing failed: No space left on device\n"),
    ],
)
def test_what_the_system_refuses_is_said_in_its_words_with_the_file(words, said, folder, bench):
    done = bench("export", folder, "--format", "csv", *words)
    assert (done.returncode, done.stderr) == (Exit.CANNOT, said)


def test_a_current_folder_that_is_gone_is_said(tmp_path, bench, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    done = bench("doctor")
    assert done.returncode == Exit.CANNOT
    assert done.stderr.startswith("error: the current folder is not there any more\n")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("columns", ["0", "-5", "abc", "²", "", "9" * 30, "1e3"])
def test_a_width_that_is_none_is_the_terminals_or_80(columns, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)
    assert console().width > 1


def test_a_width_that_is_one_is_kept(monkeypatch):
    monkeypatch.setenv("COLUMNS", "77")
    assert console().width == 77


def test_what_a_reader_should_know_is_said_beside_the_data(folder, bench):
    content = json.loads((folder / "result.json").read_text())
    major = content["schema_version"].split(".")[0]
    content |= {"schema_version": f"{major}.99", "weather": "rain"}
    (folder / "result.json").write_text(json.dumps(content))
    for command in (["report"], ["export", "--format", "csv"]):
        done = bench(*command, folder)
        assert done.returncode == 0
        assert "note: " in done.stderr
        assert "weather" in done.stderr
        assert "note: " not in done.stdout


def test_verify_says_what_it_checked(valid, bench):
    done = bench("verify", valid)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("valid: ")


def test_verify_of_a_changed_figure_is_exit_code_5(valid, bench):
    text = (valid / "result.json").read_text()
    (valid / "result.json").write_text(
        text.replace('"rounds_completed": 2', '"rounds_completed": 3')
    )
    done = bench("verify", valid, "--json")
    assert done.returncode == 5
    assert json.loads(done.stdout)["valid"] is False


def test_conclusions_of_another_analysis_are_drawn_anew_on_request(tmp_path, bench):
    result = consistent_result()
    result.summary.method.version = "0.0.1"
    folder = write_artifact(tmp_path / "run", result)
    stale, redrawn = bench("verify", folder), bench("verify", folder, "--redraw")
    assert (stale.returncode, redrawn.returncode) == (0, 0)
    assert "--redraw shows what differs" in stale.stderr
    assert "by this analysis: " not in stale.stdout
    assert "by this analysis: " in redrawn.stdout


def test_the_host_is_named_only_when_asked(bench):
    name = os.uname().nodename
    assert name not in bench("probe", "--json").stdout.split('"')
    assert name in bench("probe", "--json", "--identify").stdout.split('"')
