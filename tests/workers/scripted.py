"""A worker without torch: `scripted.py HOW SPEC` behaves as HOW says, in a real process."""

import os
import signal
import sys
import time
from pathlib import Path

from bench.worker.contract import LaneRecord, LaneSpec, Measurement, StepTimes


def completes(spec: LaneSpec) -> None:
    """Write a record of three steps of 100 ms."""
    steps = StepTimes(
        data=[1_000_000] * 3, forward=[40_000_000] * 3, backward=[50_000_000] * 3,
        optimizer=[9_000_000] * 3,
    )  # fmt: skip
    measured = Measurement(timed=steps, images=3 * 16, loss_first=2.3, loss_last=2.2)
    record = LaneRecord(lane=spec.lane, outcome="completed", compute=measured, end_to_end=measured)
    Path(spec.record_path).write_text(record.model_dump_json())
    print('@bench {"stage":"compute","step":3,"images_per_second":160.0}', flush=True)


def crashes(_: LaneSpec) -> None:
    """Die as from a memory fault."""
    print("about to crash", flush=True)
    os.kill(os.getpid(), signal.SIGSEGV)


def dies(_: LaneSpec) -> None:
    """Die as the kernel's memory killer makes one die."""
    os.kill(os.getpid(), signal.SIGKILL)


def hangs(_: LaneSpec) -> None:
    """Do nothing, for long, and tell its process id first."""
    print(f"pid {os.getpid()}", flush=True)
    time.sleep(600)


def stubborn(_: LaneSpec) -> None:
    """Hang, deaf to SIGTERM, with a child that is too."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.fork()
    print(f"pid {os.getpid()}", flush=True)
    time.sleep(600)


def writes_nonsense(spec: LaneSpec) -> None:
    """Leave a record that is none, and lines that look like progress and are none."""
    print('@bench {"stage": 7}\n@bench not json\n@bench', flush=True)
    Path(spec.record_path).write_text('{"lane": "fp32", "outcome": "splendid"')


def talks(_: LaneSpec) -> None:
    """Print for ever, in lines without end."""
    sys.stdout.write("x" * 32 * 1024 * 1024)


def leaves_orphan(spec: LaneSpec) -> None:
    """Complete, but leave a child behind that holds the output open."""
    if os.fork() == 0:
        time.sleep(600)
    completes(spec)
    sys.stdout.flush()
    os._exit(0)


def fails_with_code_zero(_: LaneSpec) -> None:
    """Write no record and claim success."""


if __name__ == "__main__":
    globals()[sys.argv[1]](LaneSpec.model_validate_json(Path(sys.argv[2]).read_text()))
