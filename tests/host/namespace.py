"""A part of this machine as it might be: in a forked child with mounts, and cgroups, of its own."""

import ctypes
import json
import os
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

NEW_MOUNTS, NEW_CGROUPS = 0x00020000, 0x02000000
NO_EXEC = 0x8
_REC_PRIVATE, _BIND, _READ_ONLY = 0x4000 | 0x40000, 0x1000, 0x1


def in_namespace(act: Callable[[], Any]) -> Any:
    """What `act` returns, as JSON has it, where its mounts are nobody else's. Skips if it can't."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            answer = _apart(act)
        except BaseException:
            answer = {"failed": traceback.format_exc()}
        os.write(writer, json.dumps(answer).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = json.loads(pipe.read() or b'{"failed": "ended without an answer"}')
    os.waitpid(child, 0)
    if "refused" in answer:
        pytest.skip(f"no mount namespace here: {answer['refused']}")
    assert "failed" not in answer, answer["failed"]
    return answer["answer"]


def _apart(act: Callable[[], Any]) -> dict[str, Any]:
    try:
        enter(NEW_MOUNTS)
        mount("none", "/", "", _REC_PRIVATE)
    except OSError as error:
        return {"refused": str(error)}
    return {"answer": act()}


def enter(kind: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(kind):
        raise OSError(ctypes.get_errno(), "unshare")


def mount(source: str, target: str, kind: str, flags: int = 0, options: str = "") -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    words = [word.encode() for word in (source, target, kind)]
    if libc.mount(*words, ctypes.c_ulong(flags), options.encode()):
        raise OSError(ctypes.get_errno(), f"mount {target}")


def show(path: str, text: str, folder: Path) -> None:
    """In the place of a file, another text: a file in `folder`, bound over it."""
    own = folder / path.replace("/", "_")
    own.write_text(text)
    mount(str(own), path, "", _BIND)


def tmpfs(path: str, options: str = "size=1m", read_only: bool = False) -> None:
    mount("tmpfs", path, "tmpfs", _READ_ONLY if read_only else 0, options)
