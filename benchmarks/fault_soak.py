"""Kill real runs at random moments, and see that nothing is left behind and nothing is lost.

    .venv/bin/python benchmarks/fault_soak.py [--kills 50] [--seed 0]

Each round starts `bench run` on one or two real lanes, sends SIGKILL to a worker, a launcher or the
controller at a random moment of its life, and checks: the exit code is true (0 or 1 where the
controller lived, -9 where it did not), no process of the run is left, `result.json` is valid, every
process that had been saved still is, and no traceback was printed. After a killed controller the
run is resumed and must come to its end. Prints one line a kill and the count; exit 1 at the first
that does not hold.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

from bench.results.folder import read

BENCH = Path(sys.executable).with_name("bench")
WORKLOAD = ["--profile", "smoke", "--image-size", "32", "--batch-size", "2", "--data", "synthetic"]
LIVES = {"fp32": 13.0, "fp32,fp32": 28.0}
"""Lanes, and about how many seconds a run of them lives."""

DIRECT_LIFE = 7.0
"""The same of a run of one lane without the launcher, as where its tools are missing."""


def main() -> int:
    arguments = _arguments()
    rng = random.Random(arguments.seed)
    hits: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="bench-soak-") as folder:
        while sum(hits.values()) < arguments.kills:
            victim = rng.choice(["worker", "launcher", "controller"])
            lanes = rng.choices(list(LIVES), weights=(9, 1))[0]
            direct = victim != "launcher" and lanes == "fp32" and rng.random() < 0.7
            moment = rng.uniform(1.0, DIRECT_LIFE if direct else LIVES[lanes])
            outcome = _one(Path(folder) / f"{hits.total()}", lanes, direct, victim, moment)
            if outcome is None:
                print(f"     {victim:10} after {moment:4.1f} s: there was none", flush=True)
                continue  # it had ended before its moment came, or had no such process then
            hits[victim] += 1
            print(f"{hits.total():3}  {victim:10} after {moment:4.1f} s: {outcome}", flush=True)
    print(f"{hits.total()} kills ({dict(hits)}): every run ended as it should")
    return 0


def _one(folder: Path, lanes: str, direct: bool, victim: str, moment: float) -> str | None:
    """One run and one kill; what came of it, or None if nobody was killed."""
    shutil.rmtree(folder, ignore_errors=True)
    marked = {**os.environ, "BENCH_SOAK": str(folder)}
    if direct:
        marked["PATH"] = "/nonexistent"
    data = ["--data-dir", str(folder.parent / "data")]
    command = [
        str(BENCH),
        "run",
        *WORKLOAD,
        "--lane",
        lanes,
        "--rounds",
        "1",
        "--results",
        str(folder),
        *data,
    ]
    with subprocess.Popen(
        command, env=marked, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as run:
        time.sleep(moment)
        before = _saved(folder)
        killed = run.poll() is None and _kill(run.pid, folder, victim)
        said, _ = run.communicate(timeout=180)
    if not killed:
        return None
    result = read(folder / "latest") if (folder / "latest").exists() else None
    assert "Traceback" not in said, said
    assert run.returncode in ((-9,) if victim == "controller" else (0, 1)), (run.returncode, said)
    _wait_until_none_is_left(folder)
    if result is None:
        return "nothing had begun"
    after = _saved(folder)
    assert before <= after, f"lost: {before - after}"
    outcome = result.status
    if victim == "controller":
        outcome = _resumed(folder, data, marked)
    return f"{outcome}, {len(after)} processes saved"


def _resumed(folder: Path, data: list[str], environment: dict[str, str]) -> str:
    before = _saved(folder)
    command = [str(BENCH), "run", "--resume", str(folder / "latest"), *data]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert before <= _saved(folder)
    assert read(folder / "latest").status == "completed"
    return "killed, resumed, completed"


def _saved(folder: Path) -> set[tuple[int, str, str]]:
    """The processes that the artifact knows, by round, lane and outcome."""
    try:
        return {(p.round, p.lane, p.outcome) for p in read(folder / "latest").processes}
    except Exception:
        return set()


def _kill(controller: int, folder: Path, victim: str) -> bool:
    """Send SIGKILL to one process of that kind; False if there is none now."""
    if victim == "controller":
        os.kill(controller, 9)
        return True
    launched = [p for p in _marked(folder) if p.pid != controller]
    is_launcher = [("ipexrun" in " ".join(p.cmdline()), p) for p in launched]
    wanted = [p for launcher, p in is_launcher if launcher == (victim == "launcher")]
    workers = [p for p in wanted if "bench.worker" in " ".join(p.cmdline())]
    for process in workers or wanted:
        process.kill()
        return True
    return False


def _marked(folder: Path) -> list[psutil.Process]:
    """Every live process of the run."""
    marked = []
    for process in psutil.process_iter(["status"]):
        try:
            if process.environ().get("BENCH_SOAK") == str(folder):
                marked.append(process)
        except psutil.Error:
            continue
    return [p for p in marked if p.info["status"] != psutil.STATUS_ZOMBIE]


def _wait_until_none_is_left(folder: Path) -> None:
    end = time.monotonic() + 40
    while left := _marked(folder):
        assert time.monotonic() < end, f"left behind: {[p.cmdline() for p in left]}"
        time.sleep(0.2)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
