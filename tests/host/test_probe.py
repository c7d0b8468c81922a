import json
import os
import platform
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from bench.host.probe import probe
from bench.model.base import Reading
from bench.model.host import Cpu, Host, Settings
from tests.host.test_cpu import AARCH64
from tests.recorded_hosts import NODE_BYTES, recorded_host, recorded_live, write

linux_x86 = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="asks the kernel of Linux x86"
)


def test_a_bare_host_may_use_all_of_itself():
    host = recorded_host("sapphire-rapids-2s")
    assert host.allowance.affinity == list(range(128))
    assert host.allowance.cpuset.value == list(range(128))
    assert host.allowance.quota_cpus.reason == "no quota set"
    assert host.allowance.memory_available_bytes.value == 2 * NODE_BYTES // 1024 * 9 // 10 * 1024
    assert host.usable("amx_tile", "amx_bf16", "avx512_bf16")


def test_amx_refused_by_the_kernel():
    host = recorded_host("sapphire-rapids-2s", amx="refused")
    assert host.amx_permission.granted is False
    assert not host.usable("amx_tile", "amx_bf16")
    assert host.usable("avx512_bf16")
    (bf16,) = [one for one in host.instruction_sets if one.name == "amx_bf16"]
    assert bf16.advertised
    assert bf16.why == "the kernel refused the tile state: EOPNOTSUPP (Operation not supported)"


def test_a_flag_that_can_not_be_executed_is_not_usable():
    host = recorded_host("sapphire-rapids-2s", executed={"amx_bf16": False})
    assert not host.usable("amx_bf16")


@pytest.mark.parametrize(
    ("name", "usable", "unusable"),
    [
        ("granite-rapids", ["amx_bf16", "avx512_fp16"], []),
        ("emerald-rapids-vm-no-amx", ["avx512_bf16"], ["amx_tile", "avx512_fp16"]),
        ("ice-lake", ["avx512_vnni"], ["avx512_bf16", "amx_tile"]),
        ("cascade-lake", ["avx512_vnni"], ["avx512_bf16"]),
        ("amd-genoa", ["avx512_bf16"], ["avx512_fp16", "amx_bf16"]),
        ("laptop", ["avx2"], ["avx512f"]),
    ],
)
def test_instruction_sets_of_the_generations(name, usable, unusable):
    host = recorded_host(name)
    assert host.usable(*usable)
    assert not [one for one in unusable if host.usable(one)]


def test_a_host_that_hides_its_cpuinfo_does_not_tell_its_flags():
    host = recorded_host("laptop", cpuinfo=False, amx="refused")
    sets = host.instruction_sets
    assert {(each.advertised, each.usable) for each in sets} == {(None, None)}
    assert not host.usable("avx2")


def test_in_a_cpuset():
    host = recorded_host("sapphire-rapids-2s", cpuset="32-35,96-99")
    assert host.allowance.affinity == [32, 33, 34, 35, 96, 97, 98, 99]
    assert host.allowance.cpuset.value == host.allowance.affinity
    assert host.topology.threads == 128


@pytest.mark.parametrize("version", [1, 2])
def test_under_a_quota_in_a_container_without_its_own_namespace(version):
    host = recorded_host(
        "granite-rapids-6515p",
        cgroup_version=version,
        view="container-host-namespace",
        quota=8,
        memory_limit=2**34,
    )
    assert host.allowance.cgroup_version.value == version
    assert host.allowance.quota_cpus.value == 8
    assert host.allowance.memory_limit_bytes.value == 2**34
    assert host.allowance.memory_available_bytes.value == 2**34 - (2**30 - 2**28)


def test_a_limit_above_the_hosts_memory_does_not_make_memory():
    host = recorded_host("laptop", memory_limit=2 * NODE_BYTES)
    assert host.allowance.memory_available_bytes.value < NODE_BYTES


def unknown(room):
    """Names of the readings without a value in one part of a host."""
    return {
        name
        for name, reading in room
        if isinstance(reading, Reading) and reading.value is None and reading.reason
    }


def test_an_empty_root_still_gives_a_host_with_reasons(tmp_path):
    host = probe(tmp_path, live=recorded_live([0, 1]))
    assert [c.cpu for c in host.topology.cpus] == [0, 1]
    assert host.topology.nodes[0].cpus == [0, 1]
    assert host.allowance.affinity == [0, 1]
    assert not host.usable("avx2")
    assert unknown(host.cpu) == set(Cpu.model_fields) - {"architecture"}
    assert unknown(host.topology) == {"memory_bytes", "isolated", "offline"}
    assert unknown(host.allowance) == {
        "cgroup_version",
        "cpuset",
        "quota_cpus",
        "memory_limit_bytes",
        "memory_high_bytes",
        "memory_available_bytes",
        "memory_nodes",
    }
    assert unknown(host.settings) == set(Settings.model_fields) - {"kernel"}


def test_a_tree_of_folders_where_files_should_be(tmp_path):
    for path in ("proc/cpuinfo", "proc/meminfo", "proc/self/cgroup", "etc/machine-id"):
        (tmp_path / path).mkdir(parents=True)
    host = probe(tmp_path, live=recorded_live([0]))
    assert host.topology.memory_bytes.reason == "/proc/meminfo: Is a directory"


def test_another_architecture(tmp_path):
    write(tmp_path, "proc/cpuinfo", AARCH64)
    host = probe(tmp_path, live=recorded_live([0, 1], "refused", machine="aarch64"))
    assert host.cpu.architecture == "aarch64"
    assert host.topology.threads == 2
    assert not host.usable("avx2")
    assert {one.usable for one in host.instruction_sets} == {None}


def test_the_name_only_on_request(tmp_path):
    live = recorded_live([0])
    assert probe(tmp_path, live=live).name is None
    assert probe(tmp_path, identify=True, live=live).name == "recorded"


def test_the_id_is_the_hosts_and_does_not_name_it(tmp_path):
    live = recorded_live([0])
    write(tmp_path, "etc/machine-id", "0123456789abcdef0123456789abcdef")
    first = probe(tmp_path, live=live).id
    assert first == probe(tmp_path, identify=True, live=live).id
    assert len(first) == 8
    assert int(first, 16) >= 0
    write(tmp_path, "etc/machine-id", "another")
    assert probe(tmp_path, live=live).id != first


def test_a_container_is_told_by_the_kernel_it_runs_on(tmp_path):
    """It has no machine id, and a name that is its own."""
    live = recorded_live([0])
    write(tmp_path, "proc/sys/kernel/random/boot_id", "aaaaaaaa-0000")
    first = probe(tmp_path, live=replace(live, host_name="3f9a1c0b7d2e")).id
    assert probe(tmp_path, live=replace(live, host_name="0c5e8d1f2a3b")).id == first
    write(tmp_path, "proc/sys/kernel/random/boot_id", "bbbbbbbb-1111")
    assert probe(tmp_path, live=live).id != first


def test_a_host_goes_into_the_artifact_and_back():
    host = recorded_host("sapphire-rapids-2s")
    assert Host.model_validate_json(host.model_dump_json()) == host


@linux_x86
def test_this_machine():
    host = probe()
    assert host.allowance.affinity == sorted(os.sched_getaffinity(0))
    assert set(host.allowance.affinity) <= {c.cpu for c in host.topology.cpus}
    assert host.settings.kernel == platform.release()
    assert host.usable("avx2") is ("avx2" in Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert host.topology.memory_bytes.value == memory
    assert host.allowance.memory_available_bytes.value < memory


@linux_x86
@pytest.mark.skipif(not shutil.which("lscpu"), reason="needs lscpu")
def test_the_topology_is_the_one_lscpu_sees():
    done = subprocess.run(
        ["lscpu", "-p=CPU,CORE,SOCKET,NODE"], check=True, capture_output=True, text=True
    )
    lines = [line for line in done.stdout.splitlines() if not line.startswith("#")]
    seen = [tuple(int(word or 0) for word in line.split(",")) for line in lines]
    assert [(c.cpu, c.core, c.socket, c.node) for c in probe().topology.cpus] == seen


@linux_x86
def test_asking_does_not_take_away_a_memory_policy():
    code = (
        "import ctypes, json\n"
        "from bench.host.probe import probe\n"
        "libc = ctypes.CDLL(None)\n"
        "bound = libc.syscall(238, 2, ctypes.byref(ctypes.c_ulong(1)), 65)  # MPOL_BIND to node 0\n"
        "bindable = probe().allowance.bindable_nodes.value\n"
        "mode = ctypes.c_int(-1)\n"
        "libc.syscall(239, ctypes.byref(mode), None, 0, None, 0)  # get_mempolicy\n"
        "print(json.dumps([bound, bindable, mode.value]))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    bound, bindable, mode = json.loads(done.stdout)
    # Where the policy can't be set (a container's seccomp profile), the probe must say so.
    assert (0 in bindable, mode) == (True, 2) if bound == 0 else not bindable


@linux_x86
def test_the_probe_is_quick_prints_nothing_and_imports_no_torch():
    code = (
        "import json, os, sys\n"
        "from bench.host.probe import probe\n"
        # Its CPU time and that of what it starts: others may have the machine.
        "begun = sum(os.times()[:4]); probe(); seconds = sum(os.times()[:4]) - begun\n"
        "heavy = [m for m in sys.modules if m.partition('.')[0] in "
        "('torch', 'intel_extension_for_pytorch', 'numpy', 'scipy', 'matplotlib', 'cpuinfo')]\n"
        "print(json.dumps({'seconds': seconds, 'heavy': heavy}))"
    )
    begun = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert time.monotonic() - begun < 5
    report = json.loads(done.stdout)
    assert report["heavy"] == []
    assert report["seconds"] < 0.4
    assert done.stderr == ""
