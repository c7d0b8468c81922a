"""What runs leave behind verifies, however they ended: scripted workers, real processes."""

import signal

import pytest

from bench.results.folder import read
from bench.results.verify import verify
from tests.run.test_run import (  # noqa: F401
    _find_the_kit,
    _quickly,
    data_dir,
    go_on,
    in_its_own_process,
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
    controller, _ = in_its_own_process(plan, tmp_path, data_dir)
    controller.send_signal(signal.SIGINT)
    controller.wait(30)
    folder = (tmp_path / "results/latest").resolve()
    assert verify(folder).problems == []
    before = read(folder)
    assert go_on(folder, before, data_dir).result.status == "completed"
    assert verify(folder).problems == []
