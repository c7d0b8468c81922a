"""IPEX's launcher without IPEX: `python -m bench.worker.ipexrun IPEXRUN ARGUMENT...`.

Importing the launcher runs its package's `__init__`, which loads torch and IPEX for nothing: 8 s of
CPU time for each process. Here the packages it lies in are known, but their `__init__` never runs.
"""

import runpy
import subprocess
import sys
from importlib.util import find_spec, module_from_spec

PACKAGES = ("", ".cpu", ".xpu")
"""The packages that the launcher's modules lie in (IPEX 2.8)."""


def main() -> None:
    """Run the script named first with the arguments after it, as Python itself would."""
    for package in PACKAGES:
        name = f"intel_extension_for_pytorch{package}"
        spec = find_spec(name)
        if spec is not None:
            sys.modules[name] = module_from_spec(spec)
    del sys.argv[0]
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    except subprocess.CalledProcessError as failed:
        # What it started (numactl, the worker) has said why: those are to be the log's last words.
        sys.exit(max(failed.returncode, 1))


if __name__ == "__main__":
    main()
