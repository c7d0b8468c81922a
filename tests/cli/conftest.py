"""The command line in this process: the same words, streams and exit codes, but no new Python."""

import signal
import sys
from types import SimpleNamespace

import pytest

from bench.cli import main

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture
def bench(capsys, monkeypatch):
    """`bench("report", folder)`: what it ended with, and what it said where."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    before = {each: signal.getsignal(each) for each in SIGNALS}

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["bench", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return SimpleNamespace(returncode=ended.value.code, stdout=said.out, stderr=said.err)

    yield run
    for each, handler in before.items():
        signal.signal(each, handler)
