"""What README and CONTRIBUTING say there is, is there; README's example is what is rendered."""

import importlib.util
import re
from pathlib import Path

import pytest
import typer

from bench.cli.app import app
from bench.errors import Exit
from bench.plan.catalogue.lanes import LANES
from bench.plan.catalogue.profiles import PROFILES
from bench.plan.catalogue.workloads import WORKLOADS
from bench.results.folder import read

ROOT = Path(__file__).parents[2]
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = ["README.md", "CONTRIBUTING.md", *(f"docs/{page.name}" for page in DOCS)]
CLICK = typer.main.get_command(app)
COMMANDS = CLICK.commands
MAKEFILE = (ROOT / "Makefile").read_text()

OTHERS_OPTIONS = {
    *("--rm", "--user", "--init", "--cap-drop", "--cap-add", "--security-opt", "--read-only"),
    *("--tmpfs", "--shm-size", "--cpus", "--cpuset-cpus", "--target", "--input", "--network"),
    *("--strict", "--help"),
}
"""Of docker, mypy and others, whose commands the pages name too."""


def page(name: str) -> str:
    return (ROOT / name).read_text()


def code(text: str) -> list[str]:
    """Everything in backticks, a line each."""
    blocks = re.findall(r"^```[a-z]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
    return [line for each in [*blocks, *inline] for line in each.splitlines()]


def options() -> set[str]:
    commands = [CLICK, *COMMANDS.values()]
    return {word for each in commands for p in each.params for word in p.opts} | OTHERS_OPTIONS


def targets() -> set[str]:
    lines = re.findall(r"^([a-z -]+):(?!=)", MAKEFILE, re.MULTILINE)
    return {target for line in lines for target in line.split()}


@pytest.mark.parametrize("name", PAGES)
def test_commands_options_and_targets_are_there(name: str) -> None:
    known, goals = options(), targets()
    for line in code(page(name)):
        words = line.removeprefix("$ ").split("#")[0].split()
        if words[:5] == ["docker", "compose", "run", "--rm", "bench"]:
            words = words[4:]
        if words[:1] in (["bench"], [".venv/bin/bench"]) and words[1:]:
            assert words[1] in COMMANDS or words[1] in known, line
        if words[:1] == ["make"]:
            named = {word for word in words[1:] if re.fullmatch(r"[a-z-]+", word)}
            assert named <= goals, line
        assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", line)) <= known, line


@pytest.mark.parametrize("name", PAGES)
def test_files_that_are_named_are_there(name: str) -> None:
    text, folder = page(name), (ROOT / name).parent
    for path in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (folder / path).exists(), path
    tops = r"(?:bench|tests|scripts|docs|benchmarks|requirements|deploy)"
    for path in re.findall(rf"`({tops}/[\w./-]+\.\w+)`", text):
        assert (ROOT / path).exists(), path


def test_readme_has_every_command_exit_code_profile_and_model() -> None:
    text = page("README.md")
    rows = re.findall(r"^\| ([\d, ]+) \|", text, re.MULTILINE)
    codes = {int(code) for row in rows for code in row.split(",")}
    assert codes == {*Exit}
    assert set(re.findall(r"^\| `bench (\w+)", text, re.MULTILINE)) == set(COMMANDS)
    lanes = text.split("## What it runs")[1].split("## ")[0]
    named = re.findall(r"^\| `([\w-]+)` \|", lanes, re.MULTILINE)
    assert named
    assert set(named) <= {each.id for each in LANES}
    profiles = text.split("## Profiles")[1].split("## ")[0]
    assert re.findall(r"^\| `([\w-]+)` \|", profiles, re.M) == [each.name for each in PROFILES]
    assert all(f"`{model}`" in text for model in WORKLOADS)


def test_readmes_example_is_what_the_kit_renders_of_its_recorded_result() -> None:
    spec = importlib.util.spec_from_file_location("example", ROOT / "scripts" / "example.py")
    assert spec is not None
    assert spec.loader is not None
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    text = page("README.md")
    shown = text.split(example.BEGIN)[1].split(example.END)[0]
    assert shown.strip() == example.block(read(ROOT / "docs" / "example")).strip()
