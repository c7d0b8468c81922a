"""Functions given as machine code, on pages of executable memory."""

import ctypes
import mmap
from collections.abc import Callable
from typing import Any


class Refused(Exception):
    """The system gives no executable memory, as a hardened one may; its text says so."""


def function(code: bytes, result: Any, *arguments: Any) -> Callable[..., Any]:
    """The function that `code` is, called as C is: ctypes' types of its result and arguments.

    Its page lives as long as it does. Refused if there is none to be had.
    """
    try:
        page = mmap.mmap(
            -1,
            len(code),
            flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS,
            prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC,
        )
    except OSError as error:
        reason = f"the system refused executable memory: {error.strerror}"
        raise Refused(reason) from None
    page.write(code)
    begin = ctypes.c_char.from_buffer(page)
    call = ctypes.CFUNCTYPE(result, *arguments)(ctypes.addressof(begin))
    call.page = begin  # type: ignore[attr-defined]  # which keeps the page
    return call
