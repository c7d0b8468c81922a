import pytest

from bench.host.cgroup import find, read_cgroup
from bench.host.files import Files
from tests.recorded_hosts import host_tree, write

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
    assert find(Files(tmp_path), "cpu").folders == ["/sys/fs/cgroup"]


@pytest.mark.parametrize("path", ["/elsewhere", "/../sibling"])
def test_a_path_outside_the_mount_means_the_mount_itself(path, tmp_path):
    root = "/" if ".." in path else "/docker/me"
    place(tmp_path, f"0::{path}", f"31 1 0:30 {root} /sys/fs/cgroup rw - cgroup2 cgroup2 rw")
    assert find(Files(tmp_path), "cpu").folders == ["/sys/fs/cgroup"]


def test_folders_go_up_to_the_mount_point_and_no_further(tmp_path):
    place(tmp_path, "0::/a/b", "31 1 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw")
    folders = ["/sys/fs/cgroup/a/b", "/sys/fs/cgroup/a", "/sys/fs/cgroup"]
    assert find(Files(tmp_path), "cpu").folders == folders


def test_a_mount_point_with_a_space(tmp_path):
    place(tmp_path, "0::/", r"31 1 0:30 / /sys/my\040cgroup rw - cgroup2 cgroup2 rw")
    assert find(Files(tmp_path), "cpu").folders == ["/sys/my cgroup"]


def test_nothing_mounted(tmp_path):
    place(tmp_path, "0::/", "22 1 0:2 / / rw - ext4 /dev/vda rw")
    found = read_cgroup(Files(tmp_path))
    assert found.version.reason == "no cgroup with the cpu controller is mounted"
    assert found.quota_cpus.reason == found.version.reason
    assert found.cpuset.reason == "no cgroup with the cpuset controller is mounted"
    assert found.memory_limit_bytes.reason == "no cgroup with the memory controller is mounted"


@pytest.mark.parametrize("text", ["", "max", "abc 100000", "100000 0"])
def test_a_quota_file_that_makes_no_sense_is_no_quota(text, tmp_path):
    root = host_tree("laptop", tmp_path)
    write(root, "sys/fs/cgroup/bench.slice/cpu.max", text)
    assert read_cgroup(Files(root)).quota_cpus.reason == "no quota set"
