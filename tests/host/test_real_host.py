"""This machine with its files changed: in mounts and cgroups of the test's own, as root."""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.host.cgroup import read_cgroup
from bench.host.files import Files
from bench.host.hierarchy import find
from bench.host.probe import probe
from tests.host.namespace import NEW_CGROUPS, enter, in_namespace, show, tmpfs

CPUS = "/sys/devices/system/cpu"
NODE = "/sys/devices/system/node/node0"
MIB = 2**20

needs_lscpu = pytest.mark.skipif(not shutil.which("lscpu"), reason="needs lscpu")


def last_cpu():
    cpu = max(os.sched_getaffinity(0))
    if cpu == 0 or not Path(f"{CPUS}/online").exists():
        pytest.skip("needs a second CPU, and sysfs")
    return cpu


def test_the_kernel_comes_before_a_file_that_says_other_cpus_are_online(tmp_path):
    cpu = last_cpu()

    def act():
        os.sched_setaffinity(0, {cpu})
        show(f"{CPUS}/online", "0\n", tmp_path)
        return [c.cpu for c in probe().topology.cpus]

    assert in_namespace(act) == [0, cpu]


def no_topology(cpu, _folder):
    tmpfs(f"{CPUS}/cpu{cpu}/topology")


def no_folder(_cpu, _folder):
    tmpfs(CPUS)


def in_no_node(_cpu, folder):
    show(f"{NODE}/cpumap", "1\n", folder)
    show(f"{NODE}/cpulist", "0\n", folder)


@needs_lscpu
@pytest.mark.parametrize(
    ("mask", "why"),
    [
        (no_topology, "it does not show CPU"),
        (no_folder, "it ends with 1 (lscpu: failed to determine number of CPUs"),
        (in_no_node, "the launcher can't read its table (invalid literal for int"),
    ],
)
def test_an_lscpu_that_would_end_the_launcher_is_of_no_use(mask, why, tmp_path):
    cpu = last_cpu()

    def act():
        mask(cpu, tmp_path)
        host = probe()
        return host.tools.lscpu.reason or "", {c.cpu: c.node for c in host.topology.cpus}[cpu]

    reason, node = in_namespace(act)
    assert reason.startswith(f"at odds with the kernel: {why}")
    assert node is None if mask is in_no_node else node == 0


@contextmanager
def own_cgroup(controller, **limits):
    """A cgroup of the test's own, and one in it that has the limits: the inner one's folder."""
    here = find(Files(), controller)
    if here is None or not here.own:
        pytest.skip(f"no cgroup with the {controller} controller")
    outer = Path(here.folders[-1]) / f"bench-test-{os.getpid()}"
    inner = outer / "inner"
    try:
        inner.mkdir(parents=True)
        for name, text in limits[f"version_{here.version}"].items():
            (inner / name).write_text(str(text))
        yield inner
    except OSError as error:
        pytest.skip(f"no cgroup can be made here: {error}")
    finally:
        for folder in (inner, outer):
            if folder.is_dir():
                folder.rmdir()


def test_a_quota_is_found_from_a_namespace_below_the_mount(tmp_path):
    """`/proc/self/mountinfo` then says that the mount's root is `/../..`, and no name."""
    limits = {
        "version_1": {"cpu.cfs_quota_us": 150000},
        "version_2": {"cpu.max": "150000 100000"},
    }
    with own_cgroup("cpu", **limits) as folder:

        def act():
            (folder / "cgroup.procs").write_text(str(os.getpid()))
            enter(NEW_CGROUPS)
            mounts = Path("/proc/self/mountinfo").read_text()
            return read_cgroup(Files()).quota_cpus.value, " /../.. " in mounts

        assert in_namespace(act) == [1.5, True]


def test_files_that_were_read_leave_memory_available(tmp_path):
    limits = {
        "version_1": {"memory.limit_in_bytes": 96 * MIB},
        "version_2": {"memory.max": 96 * MIB},
    }
    (tmp_path / "file").write_bytes(bytes(48 * MIB))
    os.sync()

    def act():
        (folder / "cgroup.procs").write_text(str(os.getpid()))
        file = os.open(tmp_path / "file", os.O_RDWR)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        for _ in range(2):  # the second look makes the pages active
            os.lseek(file, 0, os.SEEK_SET)
            while os.read(file, MIB):
                pass
        found = read_cgroup(Files())
        return found.memory_limit_bytes.value, found.memory_headroom_bytes.value

    with own_cgroup("memory", **limits) as folder:
        limit, headroom = in_namespace(act)
        assert limit == 96 * MIB
        assert headroom > 80 * MIB
