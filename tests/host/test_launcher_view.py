"""The launcher's own reading of lscpu: what would break it, and what would move a lane."""

import shutil
import sys
from pathlib import Path

import pytest

from bench.host.launcher_view import ask_lscpu, launcher_cpus, objection
from bench.host.probe import probe
from bench.model.base import Reading
from tests.recorded_hosts import recorded_host

HOSTS = ["laptop", "sapphire-rapids-2s", "granite-rapids-6515p", "sapphire-rapids-hbm"]


def lscpu(topology, change=lambda row: row, columns=("cpu", "node", "socket", "core", "online")):
    """A table as util-linux 2.38 writes it; `change` gives other rows, as dicts of its columns."""
    rows = [
        {"cpu": c.cpu, "node": c.node, "socket": c.socket, "core": c.core, "online": "yes"}
        for c in topology.cpus
    ]
    lines = [" ".join(columns).upper()]
    for row in filter(None, map(change, rows)):
        lines.append(" ".join(f"{row[name]:>6}" for name in columns))
    return "\n".join(lines) + "\n"


def verdict(table, topology):
    return objection(Reading(value=table), topology)


@pytest.mark.parametrize("name", HOSTS)
def test_lscpu_of_a_host_as_it_is(name):
    topology = recorded_host(name).topology
    assert verdict(lscpu(topology), topology) is None


def dash_for(cpu, *names):
    return lambda row: row | dict.fromkeys(names, "-") if row["cpu"] == cpu else row


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda row: None, "the launcher finds no CPU in its table"),
        (lambda row: row if row["cpu"] < 126 else None, "it does not show CPUs 126-127"),
        (dash_for(5, "core", "socket", "node"), "it does not show CPU 5"),
        (dash_for(5, "node"), "the launcher can't read its table (invalid literal for int"),
        (lambda row: row | {"core": row["cpu"]}, "it has other cores for CPUs 64-127"),
        (lambda row: row | {"core": 0}, "it has other cores for CPUs 1-63"),
        (lambda row: row | {"node": 0}, "it has other nodes for CPUs 32-63,96-127"),
    ],
)
def test_what_the_launcher_would_fail_on_or_place_elsewhere(change, says):
    topology = recorded_host("sapphire-rapids-2s").topology
    assert verdict(lscpu(topology, change), topology).startswith(says)


def test_a_cpu_that_the_kernel_puts_in_no_node_is_not_in_one_for_the_launcher():
    topology = recorded_host("ice-lake", node_cpus={1: "32-62,96-127"}).topology
    table = lscpu(topology, lambda row: row | {"node": 1 if row["cpu"] == 63 else row["node"]})
    assert verdict(table, topology) == "it has other nodes for CPU 63"


def test_without_a_column_for_nodes_the_launcher_takes_sockets():
    columns = ("cpu", "socket", "core", "online")
    one, two = recorded_host("laptop").topology, recorded_host("sapphire-rapids-2s").topology
    apart = recorded_host("sapphire-rapids-2s", sysfs=False).topology
    assert verdict(lscpu(one, columns=columns), one) is None
    assert verdict(lscpu(two, columns=columns), two) is None
    assert verdict(lscpu(apart, columns=columns), apart).startswith("it has other nodes")


def test_a_clock_that_is_no_number_ends_the_launcher():
    topology = recorded_host("laptop").topology
    columns = ("cpu", "node", "socket", "core", "maxmhz")
    table = lscpu(topology, lambda row: row | {"maxmhz": "3400.0"}, columns)
    assert verdict(table, topology) is None
    table = lscpu(topology, lambda row: row | {"maxmhz": "-"}, columns)
    assert "could not convert string to float" in verdict(table, topology)


def test_lscpu_that_can_not_be_run(tmp_path):
    assert ask_lscpu(str(tmp_path / "none")).reason == "it can't be run (FileNotFoundError)"


LAUNCHER = next(
    (Path(sys.prefix) / "lib").glob("python3*/site-packages/intel_extension_for_pytorch"), None
)


@pytest.mark.skipif(LAUNCHER is None, reason="needs IPEX's launcher")
@pytest.mark.parametrize("name", HOSTS)
def test_it_is_read_as_the_launcher_itself_does(name):
    source = (LAUNCHER / "cpu/launch/cpu_info.py").read_text()
    launcher: dict = {"__name__": "cpu_info"}
    exec(source, launcher)  # without its package, which loads torch
    topology = recorded_host(name).topology
    for table in (lscpu(topology), lscpu(topology, dash_for(1, "core", "socket", "node"))):
        pool = launcher["CPUPoolList"](lscpu_txt=table).pool_all
        seen = {each.cpu: (each.is_physical_core, each.node) for each in pool}
        assert launcher_cpus(table) == seen
    with pytest.raises(ValueError, match="invalid literal"):
        launcher["CPUPoolList"](lscpu_txt=lscpu(topology, dash_for(1, "node")))


@pytest.mark.skipif(not shutil.which("lscpu"), reason="needs lscpu")
def test_this_machines_lscpu_is_of_use_to_the_launcher():
    topology = probe().topology
    assert objection(ask_lscpu("lscpu"), topology) is None
