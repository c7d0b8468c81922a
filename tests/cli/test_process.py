"""The command line as a process: what only a real one shows of signals, pipes and encodings."""

import os
import signal
import subprocess
import sys

import pytest

from tests.artifacts import consistent_result, write_artifact

INTERRUPTED_AT = """
import os, signal, sys

class Finder:
    @staticmethod
    def find_spec(name, *_):
        if name == {name!r}:
            os.kill(os.getpid(), signal.{signal})

sys.meta_path.insert(0, Finder)
sys.argv = ["bench", "report", {folder!r}]
from bench.cli import main
main()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = write_artifact(tmp_path_factory.mktemp("made") / "run", consistent_result(rounds=4))
    text = (folder / "result.json").read_text()  # under way: nothing missing is rendered
    (folder / "result.json").write_text(text.replace('"completed"', '"running"', 1))
    return folder


def python(*words, **options):
    return subprocess.run([sys.executable, *map(str, words)], capture_output=True, **options)


@pytest.mark.parametrize(
    ("name", "number"), [("typer", 2), ("typer", 15), ("bench.report.document.result", 2)]
)
def test_an_interrupt_during_imports_leaves_no_traceback(name, number, folder):
    words = {"name": name, "signal": signal.Signals(number).name, "folder": str(folder)}
    done = python("-c", INTERRUPTED_AT.format(**words))
    assert done.returncode == 128 + number
    assert b"Traceback" not in done.stderr
    assert done.stdout == b""


@pytest.mark.parametrize("encoding", ["ascii", "iso-8859-1"])
def test_what_an_output_can_not_carry_is_replaced(encoding, folder):
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "NO_COLOR": "1"}
    done = python("-m", "bench", "report", folder, env=environment)
    assert done.returncode == 0
    said = done.stdout.decode(encoding)
    assert ("1.83×" in said) == (encoding != "ascii")
    assert ("1.83x" in said) == (encoding == "ascii")
    assert "bf16-avx512" in said


@pytest.mark.parametrize(
    ("shell", "code"),
    [
        ("bench report {} | true; exit ${{PIPESTATUS[0]}}", 141),
        ("bench report {} > /dev/full", 3),
        ("bench report {} >&-", 0),
        ("bench report {} 2>&-", 0),
        ("bench report /nowhere 2>&-", 3),
        ("bench report /nowhere 2>/dev/full", 3),
    ],
)
def test_an_output_that_ends_or_fails_ends_in_good_order(shell, code, folder):
    command = shell.replace("bench", f"{sys.executable} -m bench").format(folder)
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    if "> /dev/full" in shell:
        assert "No space left on device" in done.stderr.splitlines()[-1]


def test_no_command_of_the_controller_imports_torch(folder):
    code = (
        "import sys\n"
        "from bench.cli import main\n"
        "for words in (['--help'], ['probe'], ['plan'], ['schema'], ['report', sys.argv[1]]):\n"
        "    sys.argv[1:] = words\n"
        "    try:\n        main()\n    except SystemExit:\n        pass\n"
        "print('torch' in sys.modules, file=sys.stderr)"
    )
    done = python("-c", code, folder, text=True)
    assert done.stderr.splitlines()[-1] == "False"


def test_help_is_cheap():
    before = os.times()
    assert python("-m", "bench", "--help").returncode == 0
    after = os.times()
    spent = after.children_user + after.children_system
    assert spent - before.children_user - before.children_system < 0.5, "0.1 s on a quiet host"


def test_completion_is_as_typer_gives_it():
    environment = {**os.environ, "_BENCH_COMPLETE": "complete_bash", "COMP_WORDS": "bench re"}
    script = os.path.join(os.path.dirname(sys.executable), "bench")  # noqa: PTH118, PTH120
    if not os.access(script, os.X_OK):
        pytest.skip("bench is not installed here")
    done = subprocess.run(
        [script], env=environment | {"COMP_CWORD": "1"}, capture_output=True, text=True
    )
    assert done.stdout.split() == ["report"]
