"""All checks together, on every recorded host, in and out of containers."""

import re
import subprocess

import pytest

from bench.doctor import diagnose
from bench.doctor.case import Case
from bench.host.proc_stat import CpuTimes
from bench.host.stacks import STACKS
from bench.model.base import Reading
from tests.doctor.cases import (
    MIB,
    allowance,
    contained,
    make_activity,
    make_case,
    make_folder,
    settings,
)
from tests.recorded_hosts import HOSTS, host_tree, recorded_host, write

NAMES = [
    *("AMX", "AVX512_BF16", "governor", "turbo", "SMT", "NUMA balancing", "huge pages"),
    *("CPUs and quota", "memory policy", "memory", "load now", "steal"),
    *("disk", "shared memory", "clock source", "allocator"),
    *(f"{check}: {stack}" for stack in STACKS for check in ("versions", "OpenMP")),
]
ENGINES = [None, "docker", "podman", "kubernetes"]


def worst(engine):
    """A host on which everything that can be mended is to be mended."""
    host = recorded_host(
        "sapphire-rapids-2s",
        amx="refused",
        executed={"avx512_bf16": False},
        memory_policy=False,
        missing_tools=("tcmalloc", "iomp5", "torch"),
        quota=0.5,
        memory_limit=2**30 + 2**20,
    )
    host = settings(
        allowance(host, shm_bytes=Reading(value=MIB), shm_available_bytes=Reading(value=MIB)),
        governor=Reading(value="powersave"),
        turbo=Reading(value=False),
        transparent_huge_pages=Reading(value="never"),
        numa_balancing=Reading(value=True),
    )
    host = contained(host, engine) if engine else host
    taken = dict.fromkeys(range(128), CpuTimes(busy=60, steal=30, total=100))
    return make_case(
        host=host,
        activity=make_activity(host, taken, taken),
        folders=[make_folder("results", writable=False), make_folder("temporary files", free=0)],
    )


@pytest.mark.parametrize("name", sorted(each.name for each in HOSTS.iterdir()))
def test_every_recorded_host_gets_every_answer_in_order(name):
    findings = diagnose(make_case(name))
    assert [finding.name for finding in findings] == NAMES
    assert "failure" not in {finding.state for finding in findings}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_host_of_which_nothing_is_right(engine):
    states = {finding.name: finding.state for finding in diagnose(worst(engine))}
    failures = {name for name, state in states.items() if state == "failure"}
    assert failures == {"CPUs and quota", "memory", "versions: ipex", "disk"}
    not_asked_for = [f"versions: {stack}" for stack in STACKS if stack != "ipex"]
    unknown = [name for name, state in states.items() if state == "unknown"]
    assert unknown == ["clock source", *not_asked_for]
    assert "ok" not in states.values()


@pytest.mark.parametrize("engine", ENGINES)
def test_no_line_of_a_fix_is_too_wide_for_80_columns(engine):
    for finding in diagnose(worst(engine)):
        wide = [line for line in finding.fix if len(line) > 69 and "/bin/python" not in line]
        assert wide == []


def test_every_fix_of_a_host_is_shell_that_parses():
    for finding in diagnose(worst(None)):
        script = "\n".join(line for line in finding.fix if not line.startswith("<"))
        done = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True)
        assert (done.returncode, done.stderr) == (0, ""), finding.name


@pytest.mark.parametrize("engine", ENGINES)
def test_every_line_that_is_no_command_is_told_where_it_belongs(engine):
    """A line of a file, such as YAML, stands beneath a comment that names the file."""
    for finding in diagnose(worst(engine)):
        for number, line in enumerate(finding.fix):
            if re.match(r"(\w+: |- \{|<|--)", line):
                assert finding.fix[number - 1].startswith("#"), line


def test_a_case_of_a_recorded_tree(tmp_path):
    root = host_tree("laptop", tmp_path)
    write(root, "proc/stat", "cpu0 0 0 0 0 0 0 0 0 0 0")
    write(root, "sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet")

    def wait(_):
        write(root, "proc/stat", "cpu0 50 0 0 50 0 0 0 0 0 0")

    host = recorded_host("laptop", affinity=[0])
    case = Case.of(host, tmp_path / "results", tmp_path / "data", root, wait)
    by_name = {finding.name: finding for finding in diagnose(case)}
    assert by_name["clock source"].value.value == "hpet; the kernel offers no better one"
    assert "CPU 0: 50 %" in by_name["load now"].value.value
    assert by_name["disk"].state != "failure"
