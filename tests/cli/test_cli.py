"""The command line as a process: exit codes, what goes to which stream, and what it costs."""

import json
import os
import subprocess
import sys

import pytest

from bench.plan.catalogue.lanes import LANES
from tests.artifacts import consistent_result, write_artifact
from tests.factories import make_result


def bench(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "bench", *map(str, arguments)],
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "100", **environment},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "result.json").write_text(make_result().model_dump_json())
    return tmp_path


def test_help_names_every_command():
    said = bench("--help").stdout
    commands = ("probe", "doctor", "plan", "run", "report", "verify", "export", "schema")
    assert all(f"  {name} " in said for name in commands)


def test_version_is_the_packages():
    import bench as package

    assert bench("--version").stdout == f"bench {package.__version__}\n"


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
        (["run", "--rounds", "many"], 2, "--rounds"),
        (["dance"], 2, "No such command"),
        (["report", "/nowhere"], 3, "remedy: name a run's folder"),
        (["verify", "/nowhere"], 3, "remedy: name a run's folder"),
        (["export", "/nowhere", "--format", "csv"], 3, "remedy: name a run's folder"),
        (["export", "/nowhere", "--format", "cvs"], 2, "did you mean csv?"),
        (["export", "/nowhere"], 2, "--format"),
    ],
)
def test_what_is_wrong_is_said_in_lines_without_a_traceback(arguments, code, said):
    done = bench(*arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema_version": "9"}', "\x00" * 100])
def test_a_result_that_is_none_is_exit_code_5(content, tmp_path):
    (tmp_path / "result.json").write_text(content)
    done = bench("report", tmp_path)
    assert done.returncode == 5
    assert len(done.stderr.splitlines()) == 2
    assert done.stderr.startswith("error: ")


def test_report_writes_what_can_be_rendered(folder):
    done = bench("report", folder)
    assert done.returncode == 0
    assert "bf16-avx512" in done.stdout
    for name in ("report.md", "samples.csv", "charts/speedup.svg", "charts/speedup.png"):
        assert (folder / name).stat().st_size > 0


def test_report_of_a_folder_that_cannot_be_written_is_said(folder):
    (folder / "charts").write_text("a file where the charts should go")
    done = bench("report", folder)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


def test_json_is_data_and_nothing_else(folder):
    result = json.loads((folder / "result.json").read_text())
    assert json.loads(bench("report", folder, "--json").stdout) == result


def test_the_schema_is_one_that_a_result_follows():
    schema = json.loads(bench("schema").stdout)
    assert schema["properties"].keys() == json.loads(make_result().model_dump_json()).keys()
    assert schema["additionalProperties"] is False


def test_probe_as_json_has_the_host_the_cores_and_the_lanes():
    probed = json.loads(bench("probe", "--json").stdout)
    assert probed["lane_cores"]["cpus"]
    assert [lane["id"] for lane in probed["lanes"]] == [lane.id for lane in LANES]
    assert all(lane["runs"] == (lane["reason"] is None) for lane in probed["lanes"])


@pytest.mark.parametrize("format", ["csv", "google-benchmark", "openmetrics"])
def test_export_writes_to_standard_output_or_a_file(format, folder, tmp_path):
    printed = bench("export", folder, "--format", format)
    assert printed.returncode == 0
    assert "bf16-avx512" in printed.stdout
    written = bench("export", folder, "--format", format, "--output", tmp_path / "figures")
    assert (written.returncode, written.stdout) == (0, "")
    assert (tmp_path / "figures").read_text() == printed.stdout


def test_what_a_reader_should_know_is_said_beside_the_data(folder):
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


@pytest.fixture
def valid(tmp_path):
    return write_artifact(tmp_path / "run", consistent_result())


def test_verify_says_what_it_checked(valid):
    done = bench("verify", valid)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("valid: ")


def test_verify_of_a_changed_figure_is_exit_code_5(valid):
    text = (valid / "result.json").read_text()
    (valid / "result.json").write_text(
        text.replace('"rounds_completed": 2', '"rounds_completed": 3')
    )
    done = bench("verify", valid, "--json")
    assert done.returncode == 5
    assert json.loads(done.stdout)["valid"] is False


def test_conclusions_of_another_analysis_are_drawn_anew_on_request(tmp_path):
    result = consistent_result()
    result.summary.method.version = "0.0.1"
    folder = write_artifact(tmp_path / "run", result)
    stale, redrawn = bench("verify", folder), bench("verify", folder, "--redraw")
    assert (stale.returncode, redrawn.returncode) == (0, 0)
    assert "--redraw shows what differs" in stale.stderr
    assert "by this analysis: " not in stale.stdout
    assert "by this analysis: " in redrawn.stdout


def test_the_host_is_named_only_when_asked():
    name = os.uname().nodename
    assert name not in bench("probe", "--json").stdout.split('"')
    assert name in bench("probe", "--json", "--identify").stdout.split('"')


@pytest.mark.parametrize("arguments", [["--help"], ["probe"], ["plan"], ["report"], ["schema"]])
def test_no_command_of_the_controller_imports_torch(arguments, folder):
    words = ["bench", *arguments, *([str(folder)] if arguments == ["report"] else [])]
    code = (
        "import sys, atexit; "
        "atexit.register(lambda: print('torch' in sys.modules, file=sys.stderr)); "
        f"sys.argv = {words!r}; from bench.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.splitlines()[-1] == "False"


def test_a_traceback_is_there_for_who_asks():
    assert "Traceback" in bench("--debug", "report", "/nowhere").stderr


def test_a_run_of_another_schema_is_not_gone_on_with(folder):
    path = folder / "result.json"
    tree = json.loads(path.read_text())
    path.write_text(json.dumps(tree | {"schema_version": "2.1"}))
    done = bench("run", "--resume", str(folder))
    assert done.returncode == 3
    assert "follows schema 2.1" in done.stderr
    assert json.loads(path.read_text())["schema_version"] == "2.1", "nothing was written"
