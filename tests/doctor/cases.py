"""A recorded host on an idle moment, with room on its disks: the case every test changes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.doctor.activity import Activity
from bench.doctor.case import DEFAULTS, Case
from bench.doctor.demand import demand
from bench.doctor.folders import WritableFolder
from bench.host.files import Files
from bench.host.proc_stat import CpuTimes
from bench.model.base import Reading
from bench.model.host import Host
from bench.plan.options import Options
from tests.recorded_hosts import recorded_host

GIB, MIB = 2**30, 2**20
IDLE = CpuTimes(busy=0, steal=0, total=100)
EXECUTED = {"amx_tile": True, "amx_bf16": True, "avx512_bf16": True}


def make_case(
    name: str = "sapphire-rapids-2s",
    host: Host | None = None,
    options: Options = DEFAULTS,
    **changes: Any,
) -> Case:
    """The named recorded host, or the given one; `changes` are fields of the case."""
    host = host or recorded_host(name, executed=EXECUTED)
    case = Case(
        host=host,
        demand=demand(host, options),
        files=Files(Path("/nowhere")),
        activity=make_activity(host),
        folders=[make_folder("results"), make_folder("data"), make_folder("temporary files")],
    )
    return replace(case, **changes)


def make_activity(
    host: Host,
    now: dict[int, CpuTimes] | None = None,
    since_boot: dict[int, CpuTimes] | None = None,
    **changes: Any,
) -> Reading[Activity]:
    """Idle, but for the CPUs named in `now` and `since_boot`."""
    idle = dict.fromkeys((cpu.cpu for cpu in host.topology.cpus), IDLE)
    given = {"load": Reading(value=0.1), "consumers": []} | changes
    return Reading(value=Activity(idle | (now or {}), idle | (since_boot or {}), **given))


def make_folder(what: str, free: int = 100 * GIB, writable: bool = True) -> WritableFolder:
    """One of the three folders, as the doctor looks at them."""
    variable, needs = {
        "results": ("BENCH_RESULTS", 64 * MIB),
        "data": ("BENCH_DATA_DIR", 400 * MIB),
        "temporary files": ("TMPDIR", 16 * MIB),
    }[what]
    return WritableFolder(what, variable, Path("/srv/bench"), needs, writable, Reading(value=free))


def settings(host: Host, **readings: Reading[Any]) -> Host:
    """The host with other settings."""
    return host.model_copy(update={"settings": host.settings.model_copy(update=readings)})


def allowance(host: Host, **readings: Reading[Any]) -> Host:
    """The host that allows something else."""
    return host.model_copy(update={"allowance": host.allowance.model_copy(update=readings)})


def tools(host: Host, **readings: Reading[Any]) -> Host:
    """The host with other tools."""
    return host.model_copy(update={"tools": host.tools.model_copy(update=readings)})


def with_stack(host: Host, **changes: Any) -> Host:
    """The host with the first of its stacks changed: the one that the default lanes train in."""
    first, *others = host.stacks
    return host.model_copy(update={"stacks": [first.model_copy(update=changes), *others]})


def contained(host: Host, engine: str = "docker") -> Host:
    """The host as seen from inside a container."""
    return settings(host, container=Reading(value=engine))
