"""The command line as a process: exit codes, what goes to which stream, and what it costs."""

import json
import os
import subprocess
import sys

import pytest

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
    told = bench("--help").stdout
    assert all(name in told for name in ("probe", "plan", "run", "report", "schema"))


def test_version_is_the_packages():
    import bench as package

    assert bench("--version").stdout == f"bench {package.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["run", "--profile", "smok"], 2, "did you mean smoke?"),
        (["run", "--lane", "bf16-axm"], 2, "did you mean bf16-amx?"),
        (["plan", "--data", "cifar"], 2, "did you mean cifar10?"),
        (["run", "--batch-size", "1"], 2, "--batch-size"),
        (["run", "--rounds", "many"], 2, "--rounds"),
        (["dance"], 2, "No such command"),
        (["report", "/nowhere"], 3, "remedy: name a run's folder"),
    ],
)
def test_what_is_wrong_is_said_in_lines_without_a_traceback(arguments, code, told):
    done = bench(*arguments)
    assert done.returncode == code
    assert told in done.stderr
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
    found = json.loads(bench("probe", "--json").stdout)
    assert found["lane_cores"]["cpus"]
    assert [lane["id"] for lane in found["lanes"]] == [
        *("fp32", "fp32-ipex", "bf16-avx512", "bf16-amx")
    ]
    assert all(lane["runs"] == (lane["reason"] is None) for lane in found["lanes"])


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
