"""The workflow for GitHub Pages: its rights are few, and its command is one of bench's."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PATH = ROOT / "deploy" / "github-pages.yml"


@pytest.fixture(scope="module")
def workflow():
    return yaml.safe_load(PATH.read_text())


@pytest.fixture(scope="module")
def steps(workflow):
    return workflow["jobs"]["site"]["steps"]


def test_it_may_write_pages_and_nothing_else(workflow):
    assert workflow["permissions"] == {"contents": "read"}
    rights = workflow["jobs"]["site"]["permissions"]
    assert rights == {"contents": "read", "pages": "write", "id-token": "write"}


def test_no_expression_gets_into_a_shell(steps):
    """What is in `${{ }}` would be pasted into the script: it goes by the environment."""
    assert all("${{" not in step.get("run", "") for step in steps)


def test_each_action_is_of_a_version(steps):
    used = [step["uses"] for step in steps if "uses" in step]
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", each) for each in used)
    assert used[-2:] == ["actions/upload-pages-artifact@v3", "actions/deploy-pages@v4"]


def test_what_it_installs_is_there(steps):
    script = next(step["run"] for step in steps if "pip" in step.get("run", ""))
    for path in re.findall(r"\.bench/(\S+)", script):
        assert (ROOT / path).exists()


def test_its_command_is_understood_and_makes_what_is_uploaded(steps, tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from bench.cli.app import app
    from tests.publish.examples import example, write_example

    monkeypatch.chdir(tmp_path)
    write_example(tmp_path / "results" / "run", example(0))
    (command,) = (s["run"] for s in steps if s.get("run", "").startswith("bench publish"))
    words = shlex.split(command.replace("$URL", "https://example.org/results"))
    done = CliRunner().invoke(app, words[1:])
    assert done.exit_code == 0, done.output
    uploaded = next(s["with"]["path"] for s in steps if "upload" in s.get("uses", ""))
    assert (tmp_path / uploaded / "index.html").exists()
    assert "https://example.org/results/" in (tmp_path / uploaded / "feed.xml").read_text()
