"""What came of a lane's process: its own record where there is one, else the most likely cause."""

import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from bench.model.record import Outcome, RankRecord
from bench.model.spec import PROGRESS_PREFIX
from bench.run.supervise import Ended

_PINNING = re.compile(
    r"(numactl|taskset): .+|libnuma: .*(out of range|invalid).*"
    r"|(set_mempolicy|sched_setaffinity|mbind|setting \w+)\b.*: \S.*"
)
"""A refusal by numactl 2.0 or taskset, in its words: `set_mempolicy: Operation not permitted`."""

RECORD_LIMIT = 64 * 1024**2
"""Bytes of a worker's record that are read: a larger one is not a record."""


@dataclass(frozen=True)
class Judgement:
    """What a process came to: the reason if it did not complete, its record if it left one."""

    outcome: Outcome
    reason: str | None
    record: RankRecord | None


def judge(ended: Ended, record_path: Path, log: Path, *, killed_for_memory: bool) -> Judgement:
    """Decide from the worker's record first; the launcher turns every failure into exit code 1."""
    record, problem = _read(record_path)
    if record is not None and record.outcome == "completed":
        return Judgement("completed", None, record)
    if ended.timed_out:
        reason = f"it was ended at its time limit, after {ended.followed_seconds:.0f} s"
        return Judgement("failed", reason, record)
    if killed_for_memory:
        return Judgement("failed", "the kernel killed it: out of memory (try --batch-size)", record)
    if record is not None and record.failure is not None:
        return Judgement("failed", f"{record.failure.kind}: {record.failure.message}", record)
    if record is not None:
        return Judgement("failed", "it was ended by a signal from outside", record)
    signs = f"exit code {ended.exit_code}; its last words: {_last_words(log)}"
    return Judgement("failed", f"the worker {problem} ({signs})", None)


def stopped(record_path: Path) -> Judgement:
    """What is left of a lane that was ended with the run: its steps so far, if it could save."""
    record, _ = _read(record_path)
    if record is not None and record.outcome == "completed":
        return Judgement("completed", None, record)
    return Judgement("interrupted", "the run was ended meanwhile", record)


def oom_kills() -> int:
    """How often the kernel has killed a process for memory, here and in this cgroup."""
    total = 0
    for path in (
        Path("/proc/vmstat"),
        Path("/sys/fs/cgroup/memory.events"),
        Path("/sys/fs/cgroup/memory/memory.oom_control"),
    ):
        try:
            total += sum(map(int, re.findall(r"^oom_kill (\d+)", path.read_text(), re.M)))
        except OSError:
            continue
    return total


def _read(path: Path) -> tuple[RankRecord | None, str]:
    """The record, or what is wrong with it in words that follow "the worker"."""
    try:
        if path.stat().st_size > RECORD_LIMIT:
            return None, f"wrote a record of over {RECORD_LIMIT // 1024**2} MiB"
        return RankRecord.model_validate_json(path.read_bytes()), ""
    except FileNotFoundError:
        return None, "left no record"
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = f"{'.'.join(map(str, first['loc']))}: " if first["loc"] else ""
        return None, f"wrote a record that can't be read: {where}{first['msg']}"
    except OSError as error:
        return None, f"wrote a record that can't be read: {error.strerror}"


def _last_words(log: Path) -> str:
    """The log's last line that says something, cut to a line's length.

    What pins the worker and refused is the cause: the launcher's traceback after it says only that
    a command failed.
    """
    try:
        lines = log.read_bytes()[-20_000:].decode(errors="replace").splitlines()
    except OSError:
        return "none"
    said = [x.strip() for x in lines if x.strip() and not x.startswith(PROGRESS_PREFIX)]
    refused = [x for x in said if _PINNING.fullmatch(x)]
    return (refused or said or ["none"])[-1][:300]
