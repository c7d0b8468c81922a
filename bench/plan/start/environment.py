"""A lane's environment: the caller's, without what steers the measured libraries, plus its own."""

import os
import pwd
import site
from collections.abc import Mapping
from pathlib import Path

from bench.model.steering import steering


def compose(inherited: Mapping[str, str], own: Mapping[str, str], python: str) -> dict[str, str]:
    """The whole environment of a lane's launcher. `python` is its stack's interpreter.

    VIRTUAL_ENV tells ipexrun where libiomp5 lies. One inductor thread, since IPEX's import would
    start a pool of compilers, of 110 MiB each, beside a lane that compiles nothing. torch asks
    for a user name, which a user id without an entry in the password file does not have.
    Nothing is imported from the current folder, and the user's own packages are only if they are
    here, so that the stack is the one that was looked at.
    """
    steered, programs = steering(inherited), Path(python).parent
    kept = {name: value for name, value in inherited.items() if name not in steered}
    kept["VIRTUAL_ENV"] = str(programs.parent)
    kept["TORCHINDUCTOR_COMPILE_THREADS"] = "1"
    kept["PYTHONSAFEPATH"] = "1"
    if not site.ENABLE_USER_SITE:
        kept["PYTHONNOUSERSITE"] = "1"
    kept["PATH"] = f"{programs}:{kept.get('PATH', '/usr/bin:/bin')}"
    if not _has_a_name():
        kept.setdefault("USER", f"uid{os.getuid()}")
        kept.setdefault("HOME", "/tmp")
    return {**kept, **own}


def _has_a_name() -> bool:
    try:
        pwd.getpwuid(os.getuid())
    except KeyError:
        return False
    return True
