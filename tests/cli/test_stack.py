"""`--stack NAME=PYTHON` on the commands that look at the host."""

import json
import sys

import pytest
from typer.testing import CliRunner

from bench.cli.app import app
from bench.errors import BenchError

RELEASES = {"torch": "2.15.0", "torchvision": "0.30.0", "pydantic": "2.14.3"}


@pytest.fixture
def nightly(tmp_path, monkeypatch):
    """The option, and an environment that holds no more than its packages' metadata."""
    site = tmp_path / "my env/lib/python3.11/site-packages"
    for name, release in RELEASES.items():
        folder = site / f"{name}-{release}.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Name: {name}\nVersion: {release}\n")
    (tmp_path / "my env/bin").mkdir()
    (tmp_path / "my env/bin/python").symlink_to(sys.executable)
    (tmp_path / "my env/pyvenv.cfg").write_text("version = 3.11.9\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bench.doctor.activity.SECONDS", 0.02)
    return ["--stack", "nightly=my env/bin/python"]


def told(*words):
    """What the command tells as JSON."""
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return json.loads(done.stdout)


def test_the_probe_shows_it(nightly, tmp_path):
    (stack,) = [each for each in told("probe", *nightly)["host"]["stacks"] if each["named"]]
    assert stack["name"] == "nightly"
    assert stack["python"]["value"] == str(tmp_path / "my env/bin/python")
    assert stack["packages"]["torch"]["value"] == "2.15.0"
    assert stack["lock"]["reason"] == "named by --stack: no lock pins it"
    shown = CliRunner().invoke(app, ["probe", *nightly]).stdout
    assert "Stack nightly" in shown
    assert "named by --stack" in shown


def test_the_doctor_checks_it(nightly):
    findings = {each["name"]: each for each in told("doctor", *nightly)["findings"]}
    assert findings["versions: nightly"]["state"] == "ok"
    assert "OpenMP: nightly" in findings


def test_a_lane_is_planned_in_it(nightly, tmp_path):
    words = ["plan", "--profile", "smoke", "--lane", "fp32-torch@nightly", *nightly]
    (lane,) = told(*words)["lanes"]
    assert (lane["id"], lane["setup"]["stack"]) == ("fp32-torch@nightly", "nightly")
    assert str(tmp_path / "my env/bin/python") in lane["command"]


@pytest.mark.parametrize("command", ["probe", "doctor", "plan", "run"])
def test_what_is_no_stack_is_refused(command, nightly):
    done = CliRunner().invoke(app, [command, "--stack", "nightly=nowhere"])
    assert isinstance(done.exception, BenchError)
    assert (done.exception.code, done.exception.cause) == (
        2,
        "--stack nightly=nowhere: is not there",
    )
