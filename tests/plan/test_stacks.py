"""Stacks that the user names: which words are taken, and what is said of the others."""

import sys
from pathlib import Path

import pytest

from bench.errors import BenchError, Exit
from bench.plan.stacks import stacks_of


@pytest.fixture
def python(tmp_path, monkeypatch):
    """The interpreter of an environment, in the current folder."""
    (tmp_path / "env/bin").mkdir(parents=True)
    (tmp_path / "env/lib/python3.12/site-packages").mkdir(parents=True)
    (tmp_path / "env/pyvenv.cfg").write_text("version = 3.12.1\n")
    (tmp_path / "env/bin/python").symlink_to(sys.executable)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "env/bin/python"


def test_none_are_none():
    assert stacks_of(None) == stacks_of([]) == {}


def test_an_interpreter_is_absolute_and_no_link_is_followed(python, monkeypatch):
    monkeypatch.setenv("HOME", str(Path.cwd()))
    given = ["nightly=env/bin/python", "v2.15-rc_1=~/env/bin/python", f"torch={python}"]
    assert stacks_of(given) == dict.fromkeys(("nightly", "v2.15-rc_1", "torch"), python)


@pytest.mark.parametrize(
    ("text", "cause", "remedy"),
    [
        ("nightly", "names no interpreter", "it is NAME=PYTHON, such as --stack nightly=/opt/"),
        ("nightly=", "names no interpreter", "it is NAME=PYTHON"),
        ("=env/bin/python", "'' is no name", "a name has up to 32 of a-z, 0-9"),
        ("Nightly=env/bin/python", "'Nightly' is no name", "a name has up to 32 of a-z, 0-9"),
        ("a@b=env/bin/python", "'a@b' is no name", "a name has up to 32 of a-z, 0-9"),
        ("-a=env/bin/python", "'-a' is no name", "a name has up to 32 of a-z, 0-9"),
        ("all=env/bin/python", "all is a group of lanes", "call the stack something else"),
        ("default=env/bin/python", "default is a group of lanes", "call the stack something else"),
        ("fp32=env/bin/python", "fp32 is a lane", "call the stack something else"),
        ("a=nowhere", "is not there", "it is NAME=PYTHON"),
        ("a=env", "is a folder", "name the interpreter in it: "),
        ("a=env/pyvenv.cfg", "can't be executed", "it is NAME=PYTHON"),
        ("a=/bin/sh", "is no Python with packages beside it", "an environment's own bin/python"),
        ("a=~nobody-of-this-name/python", "can't be found", "write its path out"),
        ("a=\udcff", "can't be found", "in characters of UTF-8"),
    ],
)
@pytest.mark.usefixtures("python")
def test_what_can_not_be_a_stack_is_a_usage_error(text, cause, remedy):
    with pytest.raises(BenchError) as error:
        stacks_of([text])
    assert error.value.code == Exit.USAGE
    assert error.value.cause == f"--stack {text}: {cause}"
    assert remedy in error.value.remedy


def test_a_shim_is_refused(python):
    shim = python.parents[2] / "shims/python"
    shim.parent.mkdir()
    shim.write_text("#!/bin/sh\n")
    shim.chmod(0o755)
    with pytest.raises(BenchError, match="is no Python with packages beside it"):
        stacks_of([f"a={shim}"])


def test_a_name_is_given_once(python):
    with pytest.raises(BenchError, match="names a twice"):
        stacks_of([f"a={python}", f"a={python}"])
