"""What the checks look at: the host as probed, and beside it what is true only now."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Self

from bench.doctor.activity import Activity, watch
from bench.doctor.demand import Demand, demand
from bench.doctor.folders import WritableFolder, read_folders
from bench.host.files import Files
from bench.model.base import Reading
from bench.model.host import Host
from bench.plan.cores import LaneCores
from bench.plan.options import Options

DEFAULTS = Options()


@dataclass(frozen=True)
class Case:
    """A host, what a run would ask of it, and this moment's readings."""

    host: Host
    demand: Demand
    files: Files
    activity: Reading[Activity]
    folders: list[WritableFolder]

    @property
    def cores(self) -> LaneCores:
        """The CPUs that a lane gets."""
        return self.demand.cores

    @classmethod
    def of(
        cls,
        host: Host,
        results: Path,
        data: Path,
        root: Path = Path("/"),
        wait: Callable[[float], None] = sleep,
        options: Options = DEFAULTS,
    ) -> Self:
        """Look around for about a second. `results` and `data` are where a run would write.

        BenchError if the options ask for what there is not, as of `make_plan`.
        `root` and `wait` are for recorded hosts: their files, and what happens in that second.
        """
        files = Files(root)
        return cls(
            host=host,
            demand=demand(host, options),
            files=files,
            activity=watch(files, wait),
            folders=read_folders(results, data),
        )
