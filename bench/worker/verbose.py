"""Catch what oneDNN and MKL print: their verbose lines come from C on file descriptor 1."""

import ctypes
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack

import torch

MKL_CALL = re.compile(
    r"MKL_VERBOSE (\w+\([^()]*\)) ([\d.]+)(ns|us|ms|s) (.*TID:(\d+) +NThr:\d+)\s*", re.ASCII
)
"""One call of MKL's: routine and arguments, time, settings with the thread's number."""
_POINTER = re.compile(r"0x[0-9a-f]+")
_MILLISECONDS = {"ns": 1e-6, "us": 1e-3, "ms": 1.0, "s": 1e3}


def verbose_lines(run: Callable[[], object]) -> str:
    """Call `run` with every oneDNN copy and MKL in verbose mode; what was printed meanwhile.

    IPEX replaces `torch.backends.mkldnn.verbose` with one that switches its own copy too. Equal
    calls of MKL come as one line: see `gathered`.
    """
    libc = ctypes.CDLL(None)
    with tempfile.TemporaryFile() as caught:
        sys.stdout.flush()
        libc.fflush(None)
        kept = os.dup(1)
        os.dup2(caught.fileno(), 1)
        try:
            with ExitStack() as verbose:
                verbose.enter_context(
                    torch.backends.mkldnn.verbose(torch.backends.mkldnn.VERBOSE_ON)
                )
                if torch.backends.mkl.is_available():
                    verbose.enter_context(torch.backends.mkl.verbose(torch.backends.mkl.VERBOSE_ON))
                run()
        finally:
            libc.fflush(None)
            os.dup2(kept, 1)
            os.close(kept)
        caught.seek(0)
        return gathered(line.decode(errors="replace") for line in caught)


def gathered(lines: Iterable[str]) -> str:
    """The text, with MKL's equal calls in one line each, after all else, as `… calls:6912`.

    Attention on the CPU makes thousands of calls a sample: some 90 MB of text at a batch of 128.
    Addresses are left out, and a call's time is divided by the number of threads that made such
    calls: they make them at the same time.
    """
    others: list[str] = []
    milliseconds: dict[tuple[str, str], list[float]] = {}
    threads: dict[tuple[str, str], set[str]] = {}
    for line in lines:
        call = MKL_CALL.fullmatch(line)
        if call is None:
            others.append(line)
            continue
        routine, time, unit, settings, thread = call.groups()
        key = _POINTER.sub("p", routine), settings.replace(f"TID:{thread} ", "TID:0 ")
        milliseconds.setdefault(key, []).append(float(time) * _MILLISECONDS[unit])
        threads.setdefault(key, set()).add(thread)
    calls = (
        f"MKL_VERBOSE {routine} {sum(times) / len(threads[routine, settings]):.6f}ms {settings} "
        f"calls:{len(times)}\n"
        for (routine, settings), times in milliseconds.items()
    )
    return "".join([*others, *calls])
