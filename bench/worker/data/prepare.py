"""`python -m bench.worker.data.prepare REQUEST REPLY`: put the data set in place before any lane runs.

A process of its own, because torchvision's loader needs torch and the controller must not.
"""

import socket
import sys
import urllib.error
import urllib.request
from pathlib import Path

from bench.model.workload import DataReply, DataRequest, DataSpec
from bench.worker.data import synthetic

REACH_SECONDS = 3.0
"""How long `auto` waits for CIFAR-10's server to answer before it takes the synthetic set."""

CIFAR10_IMAGES = 50_000


def prepare(request: DataRequest) -> DataReply:
    """Find, download or generate the set. OSError or RuntimeError if it can't be had."""
    if request.data == "synthetic":
        return _synthetic(request, "asked for")
    root = Path(request.root) / "cifar10"
    if _in_place(root):
        return _cifar10(root, "found, checksums right")
    if request.data == "auto" and (problem := _unreachable()):
        return _synthetic(request, f"CIFAR-10 is not in {root} and can't be had: {problem}")
    try:
        _download(root)
    except (OSError, RuntimeError) as error:
        if request.data == "cifar10":
            raise
        return _synthetic(request, f"CIFAR-10 could not be downloaded: {error}")
    return _cifar10(root, "downloaded, checksums right")


def _synthetic(request: DataRequest, reason: str) -> DataReply:
    root = Path(request.root) / f"synthetic-{request.images}-seed{request.seed}"
    synthetic.ensure(root, request.images, request.seed)
    spec = DataSpec(kind="synthetic", root=str(root), images=request.images)
    return DataReply(spec=spec, reason=reason)


def _cifar10(root: Path, reason: str) -> DataReply:
    spec = DataSpec(kind="cifar10", root=str(root), images=CIFAR10_IMAGES)
    return DataReply(spec=spec, reason=reason)


def _in_place(root: Path) -> bool:
    """Ask torchvision whether every file is there with its checksum; don't load torch for none."""
    if not (root / synthetic.FOLDER).is_dir():
        return False
    from torchvision.datasets import CIFAR10

    try:
        CIFAR10(str(root), train=True, download=False)
    except RuntimeError:
        return False
    return True


def _unreachable() -> str | None:
    """Why CIFAR-10's server can't be reached, or None if it answers."""
    from torchvision.datasets import CIFAR10

    try:
        request = urllib.request.Request(CIFAR10.url, method="HEAD")
        urllib.request.urlopen(request, timeout=REACH_SECONDS).close()
    except urllib.error.HTTPError as error:
        error.close()
        return f"its server answered {error.code} {error.reason}"
    except OSError as error:
        return str(getattr(error, "reason", error))
    return None


def _download(root: Path) -> None:
    """Let torchvision download: it replaces an archive or a file whose checksum is wrong."""
    from torchvision.datasets import CIFAR10

    socket.setdefaulttimeout(10 * REACH_SECONDS)  # torchvision sets none, and would wait forever
    root.mkdir(parents=True, exist_ok=True)
    CIFAR10(str(root), train=True, download=True)


def main(request_path: str, reply_path: str) -> int:
    """Answer one request; exit 1 with the reason in the reply if there is no set to use."""
    request = DataRequest.model_validate_json(Path(request_path).read_text())
    try:
        reply = prepare(request)
    except (OSError, RuntimeError) as error:
        reply = DataReply(reason=f"{type(error).__name__}: {error}")
    Path(reply_path).write_text(reply.model_dump_json())
    return 0 if reply.spec else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
