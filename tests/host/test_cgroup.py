import shutil

import pytest

from bench.host.cgroup import read_cgroup
from bench.host.files import Files
from bench.host.hierarchy import find
from tests.recorded_hosts import PID, host_tree, write

GIB = 2**30
VIEWS = ["host", "container", "container-host-namespace"]
both_versions = pytest.mark.parametrize("version", [1, 2])
every_view = pytest.mark.parametrize("view", VIEWS)


def laptop(tmp_path, **options):
    return read_cgroup(Files(host_tree("laptop", tmp_path, **options)))


def place(root, memberships, mounts):
    write(root, "proc/self/cgroup", memberships)
    write(root, "proc/self/mountinfo", mounts)


@both_versions
@every_view
def test_limits_are_found_from_every_view(version, view, tmp_path):
    found = laptop(
        tmp_path,
        cgroup_version=version,
        view=view,
        cpuset="0-1,4",
        quota=1.5,
        memory_limit=4 * GIB,
    )
    assert found.version.value == version
    assert found.cpuset.value == [0, 1, 4]
    assert found.quota_cpus.value == 1.5
    assert found.memory_limit_bytes.value == 4 * GIB
    # One GiB in use, a quarter of it cached files.
    assert found.memory_headroom_bytes.value == 4 * GIB - (GIB - GIB // 4)


@both_versions
def test_no_limit_is_null_with_a_reason(version, tmp_path):
    found = laptop(tmp_path, cgroup_version=version)
    assert found.quota_cpus.reason == "no quota set"
    assert found.memory_limit_bytes.reason == "no memory limit set"
    assert found.memory_headroom_bytes.reason == "no memory limit set"


def test_the_tightest_level_counts(tmp_path):
    root = host_tree("laptop", tmp_path, quota=2, memory_limit=4 * GIB)
    own = "sys/fs/cgroup/bench.slice/run"
    write(root, f"{own}/cpu.max", "300000 100000")
    write(root, f"{own}/memory.max", 3 * GIB)
    write(root, f"{own}/memory.current", 0)
    found = read_cgroup(Files(root))
    assert found.quota_cpus.value == 2
    assert found.memory_limit_bytes.value == 3 * GIB
    assert found.memory_headroom_bytes.value == 3 * GIB
    write(root, f"{own}/cpu.max", "50000 100000")
    assert read_cgroup(Files(root)).quota_cpus.value == 0.5


def test_version_1_prefers_the_effective_cpuset(tmp_path):
    root = host_tree("laptop", tmp_path, cgroup_version=1, cpuset="0-7")
    write(root, "sys/fs/cgroup/cpuset/bench.slice/run/cpuset.effective_cpus", "2-3")
    assert read_cgroup(Files(root)).cpuset.value == [2, 3]


def test_an_empty_cpuset_is_the_one_above(tmp_path):
    root = host_tree("laptop", tmp_path, cgroup_version=1)
    write(root, "sys/fs/cgroup/cpuset/bench.slice/run/cpuset.cpus", "")
    write(root, "sys/fs/cgroup/cpuset/bench.slice/cpuset.cpus", "5")
    assert read_cgroup(Files(root)).cpuset.value == [5]


def test_hybrid_takes_each_controller_where_it_is(tmp_path):
    place(
        tmp_path,
        "3:memory:/a\n2:cpu,cpuacct:/a\n1:name=systemd:/a\n0::/a",
        "30 1 0:30 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
        "31 1 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
        "32 1 0:32 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate",
    )
    for folder in ("cpu,cpuacct", "memory", "unified"):
        write(tmp_path, f"sys/fs/cgroup/{folder}/a/cgroup.procs", PID)
    write(tmp_path, "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", 250000)
    write(tmp_path, "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", 100000)
    write(tmp_path, "sys/fs/cgroup/unified/a/cpuset.cpus.effective", "1")
    found = read_cgroup(Files(tmp_path))
    assert found.version.value == 1
    assert found.quota_cpus.value == 2.5
    assert found.cpuset.value == [1]


def test_the_mount_that_shows_the_process_is_taken(tmp_path):
    place(
        tmp_path,
        "0::/docker/me",
        "30 1 0:30 /docker/other /mnt/other rw - cgroup2 cgroup2 rw\n"
        "31 1 0:30 /docker/me /sys/fs/cgroup rw - cgroup2 cgroup2 rw",
    )
    write(tmp_path, "sys/fs/cgroup/cgroup.procs", PID)
    assert find(Files(tmp_path), "cpu").folders == ["/sys/fs/cgroup"]


def test_folders_go_up_to_the_mount_point_and_no_further(tmp_path):
    place(tmp_path, "0::/a/b", "31 1 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw")
    write(tmp_path, "sys/fs/cgroup/a/b/cgroup.procs", PID)
    folders = ["/sys/fs/cgroup/a/b", "/sys/fs/cgroup/a", "/sys/fs/cgroup"]
    assert find(Files(tmp_path), "cpu").folders == folders


def test_a_mount_point_with_a_space(tmp_path):
    place(tmp_path, "0::/", r"31 1 0:30 / /sys/my\040cgroup rw - cgroup2 cgroup2 rw")
    write(tmp_path, "sys/my cgroup/cgroup.procs", PID)
    assert find(Files(tmp_path), "cpu").folders == ["/sys/my cgroup"]


def test_nothing_mounted(tmp_path):
    place(tmp_path, "0::/", "22 1 0:2 / / rw - ext4 /dev/vda rw")
    found = read_cgroup(Files(tmp_path))
    assert found.version.reason == "no cgroup with the cpu controller is mounted"
    assert found.quota_cpus.reason == found.version.reason
    assert found.cpuset.reason == "no cgroup with the cpuset controller is mounted"
    assert found.memory_limit_bytes.reason == "no cgroup with the memory controller is mounted"


def test_a_controller_of_version_1_that_is_not_mounted_is_not_version_2s(tmp_path):
    place(
        tmp_path,
        "5:memory:/a\n4:cpu,cpuacct:/a\n3:cpuset:/a\n0::/",
        "32 1 0:32 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
    )
    write(tmp_path, "sys/fs/cgroup/unified/cgroup.procs", PID)
    found = read_cgroup(Files(tmp_path))
    for reading in found.quota_cpus, found.memory_limit_bytes, found.cpuset:
        assert reading.reason.endswith("controller is mounted")


@both_versions
def test_a_folder_over_the_mount_is_no_cgroup_without_limits(version, tmp_path):
    """As where a sandbox mounts an empty tmpfs over /sys/fs/cgroup."""
    root = host_tree("laptop", tmp_path, cgroup_version=version, view="container")
    shutil.rmtree(root / "sys/fs/cgroup")
    for folder in ("cpu", "cpuset", "memory"):
        (root / "sys/fs/cgroup" / folder).mkdir(parents=True)
    found = read_cgroup(Files(root))
    for reading in found.quota_cpus, found.memory_limit_bytes, found.cpuset:
        assert reading.reason.startswith("not known: its own cgroup was not met below")


@pytest.mark.parametrize(
    "text", ["", "abc 100000", "100000 0", "150000", "² 100000", "1" * 5000 + " 100000"]
)
def test_a_quota_file_that_makes_no_sense_is_not_the_absence_of_a_quota(text, tmp_path):
    root = host_tree("laptop", tmp_path)
    write(root, "sys/fs/cgroup/bench.slice/cpu.max", text)
    quota = read_cgroup(Files(root)).quota_cpus
    assert quota.value is None
    assert quota.reason.startswith("not known: /sys/fs/cgroup/bench.slice/cpu.max")


@both_versions
@pytest.mark.parametrize("view", VIEWS[1:])
def test_in_a_namespace_no_quota_is_not_said_of_the_levels_above(version, view, tmp_path):
    found = laptop(tmp_path, cgroup_version=version, view=view)
    hidden = "at the levels that can be seen; the levels above /sys/fs/cgroup"
    assert found.quota_cpus.reason.startswith(f"no quota {hidden}")
    assert found.memory_limit_bytes.reason.startswith(f"no memory limit {hidden}")
    assert found.cpuset.value == list(range(8))


MOUNTED = {
    1: "cgroup cgroup rw,cpu,cpuset,memory",
    2: "cgroup2 cgroup2 rw",
}
LIMITS = {
    1: {
        "cpu.cfs_quota_us": 150000,
        "cpu.cfs_period_us": 100000,
        "memory.limit_in_bytes": GIB,
        "cpuset.cpus": "2-3",
    },
    2: {"cpu.max": "150000 100000", "memory.max": GIB, "cpuset.cpus.effective": "2-3"},
}


def mounted_above(root, version, mount_root, path, procs):
    """A mount whose root is not the namespace's, and processes by the folders of their cgroups."""
    prefix = "3:cpu,cpuset,memory" if version == 1 else "0:"
    kind = MOUNTED[version]
    place(root, f"{prefix}:{path}", f"31 1 0:30 {mount_root} /sys/fs/cgroup rw - {kind}")
    write(root, "proc/self/status", f"Name:\tpython\nPid:\t{PID}")
    for folder, process in procs.items():
        write(root, f"sys/fs/cgroup/{folder}/cgroup.procs", f"1\n{process}")
    if version == 1:
        write(root, "sys/fs/cgroup/release_agent", "")


@both_versions
@pytest.mark.parametrize(
    ("mount_root", "path", "own"),
    [
        ("/../..", "/", "kubepods/pod7"),
        ("/../..", "/inner", "kubepods/pod7/inner"),
        ("/..", "/../pod7", "pod7"),
        ("/docker/me", "/elsewhere", "."),
        ("/docker/me", "/elsewhere", "below"),
        ("/", "/gone", "somewhere"),
    ],
)
def test_the_own_cgroup_is_met_where_the_mount_does_not_name_the_way(
    version, mount_root, path, own, tmp_path
):
    mounted_above(tmp_path, version, mount_root, path, {"other/pod8": 77, own: PID})
    for name, text in LIMITS[version].items():
        write(tmp_path, f"sys/fs/cgroup/{own}/{name}", text)
    found = read_cgroup(Files(tmp_path))
    assert found.quota_cpus.value == 1.5
    assert found.memory_limit_bytes.value == GIB
    assert found.cpuset.value == [2, 3]


@both_versions
@pytest.mark.parametrize("mount_root", ["/../..", "/../sibling"])
def test_where_the_own_cgroup_is_not_met_nothing_is_said_to_be_unlimited(
    version, mount_root, tmp_path
):
    mounted_above(tmp_path, version, mount_root, "/", {"kubepods/pod7": 77})
    found = read_cgroup(Files(tmp_path))
    readings = found.quota_cpus, found.memory_limit_bytes, found.cpuset, found.memory_headroom_bytes
    reason = f"its own cgroup was not met below /sys/fs/cgroup, whose root is {mount_root}"
    assert {each.reason for each in readings} == {f"not known: {reason}"}


def test_a_limit_above_a_cgroup_that_was_not_met_is_a_limit_all_the_same(tmp_path):
    mounted_above(tmp_path, 2, "/../..", "/", {"kubepods/pod7": 77})
    write(tmp_path, "sys/fs/cgroup/cpu.max", "400000 100000")
    assert read_cgroup(Files(tmp_path)).quota_cpus.value == 4
    mounted_above(tmp_path, 2, "/../sibling", "/", {"kubepods/pod7": 77})
    assert read_cgroup(Files(tmp_path)).quota_cpus.value is None


@both_versions
def test_what_the_kernel_can_reclaim_is_not_used(version, tmp_path):
    stat = {"active_file": 28 * GIB, "inactive_file": GIB // 2, "slab_reclaimable": GIB // 4}
    found = laptop(
        tmp_path,
        cgroup_version=version,
        memory_limit=32 * GIB,
        memory_used=30 * GIB,
        memory_stat=stat,
    )
    slab = GIB // 4 if version == 2 else 0  # version 1 does not tell
    assert found.memory_headroom_bytes.value == 32 * GIB - (GIB + GIB // 2 - slab)


def test_memory_high_is_the_least_of_every_level(tmp_path):
    root = host_tree("laptop", tmp_path, memory_high=8 * GIB, memory_limit=16 * GIB)
    found = read_cgroup(Files(root))
    assert (found.memory_high_bytes.value, found.memory_limit_bytes.value) == (8 * GIB, 16 * GIB)
    write(root, "sys/fs/cgroup/bench.slice/run/memory.high", 2 * GIB)
    assert read_cgroup(Files(root)).memory_high_bytes.value == 2 * GIB


@pytest.mark.parametrize(
    ("version", "reason"), [(1, "cgroup version 1 has no memory.high"), (2, "no memory.high set")]
)
def test_no_memory_high(version, reason, tmp_path):
    assert laptop(tmp_path, cgroup_version=version).memory_high_bytes.reason == reason
