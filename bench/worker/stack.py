"""Whether what trains is the stack that was named: its interpreter's own packages, its releases."""

import site
import sys
from collections.abc import Mapping
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path

MODULES = {
    "torch": "torch",
    "torchvision": "torchvision",
    "intel-extension-for-pytorch": "intel_extension_for_pytorch",
}
"""What trains: packages by their names in the registry, and their modules."""


class WrongStack(Exception):
    """Something else than the stack would train, e.g. a torch that PYTHONPATH leads to."""


def refuse_another(releases: Mapping[str, str]) -> None:
    """Look where the modules would come from, importing none. WrongStack if it is not the stack.

    `releases` are the stack's packages as the host was found to have them; of one that is not in
    it, any will do.
    """
    for package, module in MODULES.items():
        spec = find_spec(module)
        if spec is None or spec.origin is None:
            continue  # its import will tell
        folder = Path(spec.origin).parents[1]
        if folder.resolve() not in _own_folders():
            raise WrongStack(
                f"{module} would come from {spec.origin}, which is no package of {sys.prefix}"
            )
        _hold(package, _installed(package, folder), releases.get(package))


def refuse_another_torch(releases: Mapping[str, str]) -> None:
    """Hold torch's own word against its package's. WrongStack if they differ. Imports torch."""
    import torch

    expected = releases.get("torch") or _installed("torch", Path(torch.__file__).parents[1])
    _hold("torch", str(torch.__version__), expected)


def _hold(package: str, release: str | None, expected: str | None) -> None:
    if release is None or expected is None or _plain(release) == _plain(expected):
        return
    raise WrongStack(f"{package} is {release} here, and {expected} in the stack that was named")


def _plain(release: str) -> str:
    """Without the build, which the package's own metadata may leave out: `2.8.0+cpu`."""
    return release.partition("+")[0]


def _own_folders() -> list[Path]:
    """Where the interpreter's packages lie, whatever else it was told to look at."""
    users = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    return [Path(folder).resolve() for folder in (*site.getsitepackages(), *users)]


def _installed(package: str, folder: Path) -> str | None:
    for distribution in distributions(name=package, path=[str(folder)]):
        if "Version" in distribution.metadata:
            return distribution.version
    return None
