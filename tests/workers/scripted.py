"""A worker without torch: `scripted.py HOW SPEC` behaves as HOW says, in a real process.

It imports nothing of the kit, so that it starts at once: the controller checks what it writes.
"""

import json
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace as LaneSpec

EVIDENCE = (
    "onednn_verbose,v1,primitive,exec,cpu,convolution,brgconv:avx512_core,forward_training,"
    "src_f32::blocked:acdb::f0 wei_f32::blocked:acdb::f0 dst_f32::blocked:acdb::f0,"
    "attr-scratchpad:user,alg:convolution_direct,mb16ic3oc64,12.5\n"
)


def completes(spec: LaneSpec) -> None:
    """Write a record of three steps of 100 ms in one turn, and evidence."""
    _save(spec, [{"at": time.monotonic(), "steps": 3}])


def takes_turns(spec: LaneSpec) -> None:
    """Wait for three turns, work 50 ms in each and write when that was, one step a turn."""
    turns = []
    for _ in range(3):
        print('@bench {"stage":"waiting"}', flush=True)
        if not sys.stdin.readline():
            return
        turns.append({"at": time.monotonic(), "steps": 1})
        time.sleep(0.05)
    _save(spec, turns)


def _save(spec: LaneSpec, turns: list[dict]) -> None:
    count = sum(turn["steps"] for turn in turns)
    milliseconds = {"data": 1, "forward": 40, "backward": 50, "optimizer": 9}
    measured = {
        "timed": {phase: [time * 1_000_000] * count for phase, time in milliseconds.items()},
        "turns": turns,
        "samples": count * 16,
        "loss_first": 2.3,
        "loss_last": 2.2,
    }
    record = {"lane": spec.lane, "rank": spec.rank, "outcome": "completed"}
    record |= {"compute": measured, "end_to_end": measured}
    Path(spec.evidence_path).write_text(EVIDENCE)
    Path(spec.record_path).write_text(json.dumps(record))
    print('@bench {"stage":"compute","step":3,"samples_per_second":160.0}', flush=True)


def leaves_no_evidence(spec: LaneSpec) -> None:
    """Complete, and leave nothing that says which kernels ran."""
    completes(spec)
    Path(spec.evidence_path).unlink()


def saves_when_alone(spec: LaneSpec) -> None:
    """Tell the process id, wait for a turn, and when there is no controller any more, save."""
    print(f"pid {os.getpid()}", flush=True)
    sys.stdin.read()
    with suppress(BrokenPipeError):  # nobody hears of it any more
        completes(spec)
    path = Path(spec.record_path)
    path.write_text(path.read_text().replace('"completed"', '"interrupted"'))


def tells_paths(spec: LaneSpec) -> None:
    """Fail, with the paths of everything in its words, and in a record's."""
    root, run = spec.data["root"], Path(spec.evidence_path).parent.parent
    words = f"no {root}/x in {run}, {Path.home()}"
    print(f"{words}; {__file__}, {sys.executable}, {os.environ}", flush=True)
    failure = {"kind": "OSError", "message": words}
    record = {"lane": spec.lane, "outcome": "failed", "failure": failure}
    Path(spec.record_path).write_text(json.dumps(record))


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
    globals()[sys.argv[1]](LaneSpec(**json.loads(Path(sys.argv[2]).read_text())))
