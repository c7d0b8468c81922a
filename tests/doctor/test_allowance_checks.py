"""CPUs and quota, memory, shared memory."""

import pytest

from bench.doctor import diagnose
from bench.doctor.cpus import cpus
from bench.doctor.demand import demand
from bench.doctor.memory import memory
from bench.doctor.shared_memory import shared_memory
from bench.errors import BenchError
from bench.model.base import Reading
from bench.plan.estimate import batch_bytes
from bench.plan.hazards import fitting_loaders
from bench.plan.make import make_plan
from bench.plan.options import Options
from tests.doctor.cases import GIB, MIB, allowance, contained, make_case, settings
from tests.recorded_hosts import recorded_host

HOST = recorded_host("sapphire-rapids-2s")


def test_all_cpus_without_a_quota():
    found = cpus(make_case(host=HOST))
    assert found.state == "ok"
    assert found.value.value == (
        "128 of 128 CPUs allowed (0-127), no quota below that; a lane gets 32 and leaves out 96 "
        "(CPUs 32-63,96-127: on NUMA node 1; CPUs 64-95: second threads of their cores)"
    )


def test_a_cpuset_is_fine():
    found = cpus(make_case(host=recorded_host("sapphire-rapids-2s", cpuset="32-35,96-99")))
    assert found.state == "ok"
    assert found.value.value.startswith("8 of 128 CPUs allowed (32-35,96-99)")


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(("quota", "state"), [(8, "ok"), (4, "warning"), (0.5, "failure")])
def test_a_quota(quota, state, version):
    host = recorded_host("laptop", quota=quota, cgroup_version=version)
    found = cpus(make_case(host=host))
    assert found.state == state
    assert (f"a quota of {quota:g}; " in found.value.value) == (state != "ok")


def test_the_fix_of_a_quota_pins_to_as_many_cpus():
    host = recorded_host("laptop", quota=2)
    assert any("AllowedCPUs=0-1" in line for line in cpus(make_case(host=host)).fix)
    inside = cpus(make_case(host=contained(host))).fix
    assert 'cpuset: "0-1"' in inside
    assert "--cpuset-cpus 0-1" in inside
    # A pod is given threads: two of each core, for the lane to have two cores.
    pod = cpus(make_case(host=contained(host, "kubernetes"))).fix
    assert pod[-1] == 'resources: {requests: {cpu: "4"}, limits: {cpu: "4"}}'


def test_one_core_of_many_is_a_warning():
    host = recorded_host("sapphire-rapids-2s", affinity=[5])
    found = cpus(make_case(host=host))
    assert found.state == "warning"
    assert found.value.value.startswith("1 of 128 CPUs allowed (5)")
    assert found.value.value.endswith("outside this process's affinity): one core of 64")
    assert found.fix[-1] == "taskset -c 0-127 bench run"
    assert "--cpuset-cpus 0-127" in cpus(make_case(host=contained(host))).fix
    pod = cpus(make_case(host=contained(host, "kubernetes"))).fix
    assert pod[-1] == 'resources: {requests: {cpu: "128"}, limits: {cpu: "128"}}'
    asked = cpus(make_case(options=Options(cores="5")))
    assert asked.fix[-1] == "bench run --cores 0-127"
    assert cpus(make_case(host=recorded_host("sapphire-rapids-2s", affinity=[5, 6]))).state == "ok"


def test_one_core_of_many_is_a_warning_where_a_quota_may_be_hidden():
    """As in any container with a namespace of cgroups: the levels above can't be seen."""
    host = recorded_host("sapphire-rapids-2s", affinity=[5], view="container")
    found = cpus(make_case(host=host))
    assert found.state == "warning"
    assert "; quota: no quota at the levels that can be seen" in found.value.value
    assert found.value.value.endswith(": one core of 64")
    two = recorded_host("sapphire-rapids-2s", affinity=[5, 6], view="container")
    assert cpus(make_case(host=two)).state == "unknown"


@pytest.mark.parametrize("engine", ["kubernetes", "docker", "podman", "apptainer", "lxc", "cri-o"])
def test_in_a_container_nobody_is_told_to_ask_systemd(engine):
    narrow = recorded_host(
        "sapphire-rapids-2s", quota=0.5, memory_limit=2**30, memory_high=2**29, mems_allowed="1"
    )
    for host in (narrow, recorded_host("sapphire-rapids-2s", affinity=[0], mems_allowed="1")):
        for finding in diagnose(make_case(host=contained(host, engine))):
            assert not any("systemd" in line for line in finding.fix), finding.name
    outside = [line for each in diagnose(make_case(host=narrow)) for line in each.fix]
    assert any("systemd-run" in line for line in outside)


def test_memory_of_the_lanes_node_is_what_counts():
    host = recorded_host("sapphire-rapids-2s", node_free={0: 2 * GIB})
    found = memory(make_case(host=host))
    assert found.state == "warning"
    assert found.value.value.startswith("2 GiB available on NUMA node 0; profile standard with")
    assert "node0/meminfo" in found.fix[1]
    assert memory(make_case(host=host, options=Options(node=1))).state == "ok"


@pytest.mark.parametrize(
    ("options", "state"),
    [
        (Options(), "warning"),
        (Options(profile="quick"), "ok"),
        (Options(profile="smoke"), "ok"),
        (Options(batch_size=16), "ok"),
        (Options(profile="quick", batch_size=128), "failure"),  # and `bench run` ends with 3
        (Options(profile="quick", model="vit_b_16"), "ok"),
    ],
)
def test_memory_is_judged_for_what_will_be_run(options, state):
    found = memory(make_case(host=available(6 * GIB), options=options))
    assert found.state == state
    assert f"profile {options.profile or 'standard'} with batch " in found.value.value


def test_a_quota_that_nobody_can_read():
    host = allowance(
        HOST, quota_cpus=Reading(reason="no cgroup with the cpu controller is mounted")
    )
    found = cpus(make_case(host=host))
    assert found.state == "unknown"
    assert "quota: no cgroup with the cpu controller is mounted; a lane" in found.value.reason


def available(size, **more):
    return allowance(HOST, memory_available_bytes=Reading(value=size), **more)


def test_memory_is_compared_with_the_plans_own_estimate():
    planned = make_plan(HOST, Options())
    needed = [lane.memory_estimate_bytes for lane in planned.lanes if lane.intention == "planned"]
    assert len(needed) > 1
    enough, short = max(needed), max(needed) - 1
    ok = memory(make_case(host=available(enough)))
    assert ok.state == "ok"
    assert f"about {max(needed) / GIB:.1f} GiB for its largest lane" in ok.value.value
    assert f"{sum(needed) / GIB:.1f} GiB for all at once" in ok.value.value
    assert memory(make_case(host=available(short))).state == "warning"


def test_the_smaller_workload_that_is_offered_fits():
    host = available(6 * GIB)
    found = memory(make_case(host=host))
    assert found.fix[-2] == "# or: a smaller workload"
    batch = int(found.fix[-1].removeprefix("bench run --batch-size "))
    for size, intentions in ((batch, {"planned"}), (2 * batch, {"planned", "too large"})):
        lanes = make_plan(host, Options(batch_size=size)).lanes
        assert {lane.intention for lane in lanes} == intentions


def test_memory_for_nothing_but_the_smallest_profile():
    # Not even a batch of two of the default profile's larger images fits.
    host = available(demand(HOST, Options(profile="smoke")).memory_bytes)
    found = memory(make_case(host=host))
    assert found.state == "failure", "the default would not run"
    assert found.value.value.endswith("none of its lanes fits")
    with pytest.raises(BenchError, match="no lane can run here"):
        make_plan(host, Options())
    assert found.fix[-1] == "bench run --profile smoke"


def test_too_little_memory_for_anything():
    found = memory(make_case(host=available(600 * MIB)))
    assert found.state == "failure"
    assert "profile smoke" in found.value.value
    assert found.fix[-1] == "ps -eo pid,rss,args --sort=-rss | head"


def test_memory_behind_a_limit_says_how_to_lift_it():
    host = available(4 * GIB, memory_limit_bytes=Reading(value=5 * GIB))
    bare, inside, pod = (
        memory(make_case(host=each)).fix
        for each in (host, contained(host), contained(host, "kubernetes"))
    )
    needed = make_case(host=host).demand.memory_bytes
    gib = int(bare[1].partition("MemoryMax=")[2].partition("G")[0])
    assert needed < gib * GIB <= needed + 2 * GIB
    assert f"mem_limit: {gib}g" in inside
    assert f"--memory {gib}g" in inside
    assert f"resources: {{limits: {{memory: {gib}Gi}}}}" in pod


def test_memory_that_nobody_can_read():
    masked = Reading(reason="/proc/meminfo: masked")
    host = allowance(recorded_host("amd-genoa-vm"), memory_available_bytes=masked)
    found = memory(make_case(host=host))
    assert (found.state, found.value.reason) == ("unknown", "/proc/meminfo: masked")


def test_without_torch_memory_is_that_of_the_baseline():
    none = recorded_host("sapphire-rapids-2s", missing_tools=("torch",))
    case = make_case(host=none)
    assert [lane.id for lane in case.demand.lanes] == ["fp32"]
    assert memory(case).state == "ok"


@pytest.mark.parametrize("name", ["sapphire-rapids-2s", "granite-rapids", "laptop"])
def test_the_demand_is_the_default_plans(name):
    host = recorded_host(name)
    planned = make_plan(host, Options())
    asked = make_case(host=host).demand
    assert asked.profile == planned.profile
    assert asked.lanes == planned.running


def shared(host, size, free=None):
    """The host with so many bytes of shared memory, all of them free unless that is said."""
    free = Reading(value=size if free is None else free)
    return allowance(host, shm_bytes=Reading(value=size), shm_available_bytes=free)


def test_shared_memory_that_others_fill():
    found = shared_memory(make_case(host=shared(HOST, 2 * GIB, 8 * MIB)))
    assert (found.state, found.value.value) == (
        "warning",
        "8 MiB free: room for 0 of 4 loader processes",
    )
    assert found.fix[-1] == "ls -lAS /dev/shm"
    small = shared_memory(make_case(host=shared(HOST, 64 * MIB, MIB))).fix
    assert small == ["sudo mount -o remount,rw,size=1g /dev/shm"]


def test_shared_memory_that_can_not_be_written():
    read_only = Reading(reason="/dev/shm: Read-only file system")
    host = allowance(HOST, shm_bytes=Reading(value=GIB), shm_available_bytes=read_only)
    found = shared_memory(make_case(host=host))
    assert found.value.value.startswith("none (/dev/shm: Read-only file system): room for 0")
    assert found.fix == ["sudo mount -o remount,rw,size=1g /dev/shm"]
    gone = Reading(reason="/dev/shm: No such file or directory")
    absent = allowance(HOST, shm_bytes=gone, shm_available_bytes=gone)
    found = shared_memory(make_case(host=absent))
    assert found.fix[-1] == "sudo mount -t tmpfs -o size=1g tmpfs /dev/shm"


def test_shared_memory_enough():
    found = shared_memory(make_case(host=HOST))
    assert found.state == "ok"
    assert found.value.value == "64 GiB free: room for 4 of 4 loader processes"


def test_dockers_default_of_shared_memory():
    host = shared(contained(HOST), 64 * MIB)
    case = make_case(host=host)
    found = shared_memory(case)
    assert found.state == "warning"
    assert found.value.value == "64 MiB free: room for 0 of 4 loader processes"
    (line,) = [line for line in found.fix if line.startswith("shm_size: ")]
    gib = int(line.removeprefix("shm_size: ").removesuffix("gb"))
    assert f"--shm-size {gib}g" in found.fix
    for lane in case.demand.lanes:
        wanted, batch = 4, batch_bytes(lane.setup.batch_size, lane.workload)
        assert lane.setup.loader_workers == wanted
        assert fitting_loaders(wanted, batch, Reading(value=gib * GIB)) == (wanted, [])
        assert fitting_loaders(wanted, batch, host.allowance.shm_available_bytes)[0] == 0


@pytest.mark.parametrize(
    ("engine", "fix"),
    [
        (None, "sudo mount -o remount,rw,size=1g /dev/shm"),
        ("kubernetes", "volumes: [{name: shm, emptyDir: {medium: Memory, sizeLimit: 1Gi}}]"),
    ],
)
def test_shared_memory_enlarged_elsewhere(engine, fix):
    host = shared(HOST, 64 * MIB)
    if engine:
        host = settings(host, container=Reading(value=engine))
    assert shared_memory(make_case(host=host)).fix[-1] == fix


def test_no_shared_memory_at_all():
    none = Reading(reason="/dev/shm: No such file or directory")
    host = allowance(HOST, shm_bytes=none, shm_available_bytes=none)
    found = shared_memory(make_case(host=host))
    assert found.state == "warning"
    assert found.value.value.startswith("none (/dev/shm: No such file or directory): room for 0")
