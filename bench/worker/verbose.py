"""Catch what oneDNN prints: its verbose lines come from C on file descriptor 1."""

import ctypes
import os
import sys
import tempfile
from collections.abc import Callable

import torch


def verbose_lines(run: Callable[[], object]) -> str:
    """Call `run` with every oneDNN copy in verbose mode and return what was printed meanwhile.

    IPEX replaces `torch.backends.mkldnn.verbose` with one that switches its own copy too.
    """
    libc = ctypes.CDLL(None)
    with tempfile.TemporaryFile() as caught:
        sys.stdout.flush()
        libc.fflush(None)
        kept = os.dup(1)
        os.dup2(caught.fileno(), 1)
        try:
            with torch.backends.mkldnn.verbose(torch.backends.mkldnn.VERBOSE_ON):
                run()
        finally:
            libc.fflush(None)
            os.dup2(kept, 1)
            os.close(kept)
        caught.seek(0)
        return caught.read().decode(errors="replace")
