"""What runs leave behind verifies, however they ended: scripted workers, real processes."""

import io
import signal
import subprocess
import sys

import pytest

from bench.report.progress import PlainDisplay
from bench.results.folder import read
from bench.results.verify import verify
from bench.run.session import Run
from tests.run.test_run import (  # noqa: F401
    ROOT,
    _find_the_kit,
    _quickly,
    _wait_for,
    data_dir,
    going_on,
    planned,
    run,
)


@pytest.mark.parametrize(
    "how",
    [
        {"fp32": "completes", "fp32_ipex": "takes_turns"},
        {"fp32": "completes", "fp32_ipex": "crashes"},
        {"fp32": "writes_nonsense", "fp32_ipex": "completes"},
        {"fp32": "completes", "fp32_ipex": "leaves_no_evidence"},
        {"fp32": "completes", "bf16_avx512": "completes"},
    ],
    ids=lambda how: "-".join(how.values()),
)
def test_a_run_verifies(how, tmp_path, data_dir):  # noqa: F811
    folder = run(planned(rounds=2, **how), tmp_path, data_dir).folder
    assert verify(folder).problems == []


def test_an_interrupted_and_a_resumed_run_verify(tmp_path, data_dir):  # noqa: F811
    plan = planned(rounds=2, fp32="completes", fp32_ipex="hangs")
    (tmp_path / "plan.json").write_text(plan.model_dump_json())
    controller = subprocess.Popen(
        [sys.executable, "-m", "tests.run.controller", str(tmp_path), str(data_dir)], cwd=ROOT
    )
    log = tmp_path / "results/latest/logs/round01-fp32-ipex.log"
    _wait_for(lambda: log.exists() and "pid" in log.read_text())
    controller.send_signal(signal.SIGINT)
    controller.wait(30)
    folder = (tmp_path / "results/latest").resolve()
    assert verify(folder).problems == []
    before = read(folder)
    again = Run(folder, going_on(before), PlainDisplay(io.StringIO(), before.plan))
    again.measure(data_dir)
    assert again.result.status == "completed"
    assert verify(folder).problems == []
