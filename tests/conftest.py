"""What all tests have: a folder that is no disk's, and command lines that are built once."""

import functools
import os

import pytest
import typer.main
import typer.testing

from tests.recorded_hardware import temporary_folder


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Let the fast tests' `tmp_path` be in memory, where programs can be run there.

    Images and what is trained with are too big for it. `--basetemp` says otherwise.
    """
    fast = {"not integration", "not container"} <= set(config.option.markexpr.split(" and "))
    controls = not hasattr(config, "workerinput")  # a worker's is within its controller's
    if fast and controls and config.option.basetemp is None:
        folder = temporary_folder()
        if not os.statvfs(folder).f_flag & os.ST_NOEXEC:
            config.option.basetemp = str(folder / "tests")


@pytest.fixture(scope="session", autouse=True)
def built_once():
    """An app's commands, which are built anew for each invocation otherwise."""
    build = functools.cache(typer.main.get_command)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.main, "get_command", build)
        patch.setattr(typer.testing, "_get_command", build)
        yield
