"""`python -m bench.worker.data.prepare REQUEST REPLY`: put the data set in place, before any lane.

A process of its own, because torchvision's loader needs torch and the controller must not.
"""

import sys
from pathlib import Path

from bench.model.workload import DataReply, DataRequest
from bench.worker import data
from bench.worker.data import cifar10

AUTO, GENERATED = "auto", "synthetic"


def prepare(request: DataRequest) -> DataReply:
    """Have the set that was asked for. OSError or RuntimeError if it can't be had."""
    if request.data == AUTO:
        return _auto(request)
    kind, _, path = request.data.partition(":")
    return data.load(kind).prepare(request, path)


def _auto(request: DataRequest) -> DataReply:
    """CIFAR-10 if it is there or can be had, else a generated set."""
    root = cifar10.root_of(request)
    problem = None if cifar10.in_place(root) else cifar10.unreachable()
    if problem:
        return _generated(request, f"CIFAR-10 is not in {root} and can't be had: {problem}")
    try:
        return cifar10.prepare(request, "")
    except (OSError, RuntimeError) as error:
        return _generated(request, f"CIFAR-10 could not be downloaded: {error}")


def _generated(request: DataRequest, reason: str) -> DataReply:
    reply = data.load(GENERATED).prepare(request, "")
    return reply.model_copy(update={"reason": reason})


def main(request_path: str, reply_path: str) -> int:
    """Answer one request; exit 1 with the reason in the reply if there is no set to use."""
    request = DataRequest.model_validate_json(Path(request_path).read_text())
    try:
        reply = prepare(request)
    except (OSError, RuntimeError, ImportError) as error:
        reply = DataReply(reason=f"{type(error).__name__}: {error}")
    Path(reply_path).write_text(reply.model_dump_json())
    return 0 if reply.spec else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
