"""What a worker does with a lane: one file a protocol, each a module with `Protocol`'s function."""

import importlib
import typing

from bench.model.record import RankRecord
from bench.model.spec import LaneSpec
from bench.worker.transport import Transport


class Protocol(typing.Protocol):
    """What a protocol's module offers. Importing the module loads torch."""

    def measure(self, spec: LaneSpec, record: RankRecord, transport: Transport) -> None:
        """Do it, filling `record` on the way, so that a stop keeps what was measured."""
        ...


def load(name: str) -> Protocol:
    """Import the protocol `name`: a module of this package. ModuleNotFoundError for none."""
    return typing.cast(Protocol, importlib.import_module(f"{__name__}.{name}"))
