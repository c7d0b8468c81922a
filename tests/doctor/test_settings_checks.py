"""Governor, turbo, NUMA balancing, memory policy, huge pages and the clock source."""

import pytest

from bench.doctor.clock_source import clock_source
from bench.doctor.governor import governor
from bench.doctor.huge_pages import huge_pages
from bench.doctor.memory_policy import memory_policy
from bench.doctor.numa_balancing import numa_balancing
from bench.doctor.turbo import turbo
from bench.host.files import Files
from bench.host.settings import read_settings
from bench.model.base import Reading
from bench.plan.options import Options
from tests.doctor.cases import allowance, contained, make_case, settings, tools
from tests.recorded_hosts import recorded_host, write

TWO_NODES = recorded_host("sapphire-rapids-2s")
ONE_NODE = recorded_host("amd-genoa-vm")
CPUS = "sys/devices/system/cpu"
CLOCKS = "sys/devices/system/clocksource/clocksource0"
REFUSED = Reading(reason="set_mempolicy(MPOL_BIND): EPERM (Operation not permitted)")
ON_HOST = "# on the host, outside the container"


def with_files(root, host=TWO_NODES):
    """The host with the settings that the probe reads below `root`."""
    read = read_settings(Files(root), frozenset({"fpu"}), "6.1.0")
    return make_case(host=host.model_copy(update={"settings": read}))


@pytest.mark.parametrize(
    ("governors", "state", "value"),
    [
        (["performance", "performance"], "ok", "performance"),
        (["powersave", "powersave"], "warning", "powersave"),
        (["performance", "schedutil"], "warning", "performance, schedutil"),
    ],
)
def test_governor(governors, state, value, tmp_path):
    for number, name in enumerate(governors):
        write(tmp_path, f"{CPUS}/cpufreq/policy{number}/scaling_governor", name)
    found = governor(with_files(tmp_path))
    assert (found.state, found.value.value) == (state, value)


def test_the_governors_fix_writes_the_files_that_were_read(tmp_path):
    path = f"{CPUS}/cpufreq/policy0/scaling_governor"
    write(tmp_path, path, "powersave")
    found = governor(with_files(tmp_path))
    assert found.fix[0] == "echo performance | sudo tee \\"
    pattern = found.fix[1].strip().lstrip("/")
    assert [str(each.relative_to(tmp_path)) for each in tmp_path.glob(pattern)] == [path]


@pytest.mark.parametrize("check", [governor, turbo, huge_pages, numa_balancing])
def test_what_is_masked_is_unknown_with_its_reason(check, tmp_path):
    found = check(with_files(tmp_path))
    assert found.state == "unknown"
    assert found.value.reason


@pytest.mark.parametrize(
    ("path", "text", "driver", "state"),
    [
        ("intel_pstate/no_turbo", "0", "intel_pstate", "ok"),
        ("intel_pstate/no_turbo", "1", "intel_pstate", "warning"),
        ("cpufreq/boost", "1", "acpi-cpufreq", "ok"),
        ("cpufreq/boost", "0", "acpi-cpufreq", "warning"),
    ],
)
def test_turbo_and_the_switch_that_turns_it_on(path, text, driver, state, tmp_path):
    write(tmp_path, f"{CPUS}/{path}", text)
    write(tmp_path, f"{CPUS}/cpufreq/policy0/scaling_driver", driver)
    found = turbo(with_files(tmp_path))
    assert found.state == state
    on = {"0": "1", "1": "0"}[text]
    fix = f"echo {on} | sudo tee /{CPUS}/{path}"
    assert found.fix == ([fix] if state == "warning" else [])


@pytest.mark.parametrize(("chosen", "state"), [("always", "ok"), ("madvise", "warning")])
def test_huge_pages(chosen, state, tmp_path):
    modes = " ".join(f"[{m}]" if m == chosen else m for m in ("always", "madvise", "never"))
    write(tmp_path, "sys/kernel/mm/transparent_hugepage/enabled", modes)
    found = huge_pages(with_files(tmp_path))
    assert (found.state, found.value.value) == (state, chosen)


@pytest.mark.parametrize(("on", "state"), [(False, "ok"), (True, "warning")])
def test_numa_balancing_over_nodes(on, state):
    host = settings(TWO_NODES, numa_balancing=Reading(value=on))
    found = numa_balancing(make_case(host=host))
    assert found.state == state
    assert found.fix == (["sudo sysctl kernel.numa_balancing=0"] if on else [])


def test_numa_balancing_of_one_node_is_nothing():
    for reading in (Reading(value=True), Reading(reason="masked")):
        found = numa_balancing(make_case(host=settings(ONE_NODE, numa_balancing=reading)))
        assert (found.state, found.value.value) == ("ok", "one NUMA node, nothing to move")


@pytest.mark.parametrize("check", [governor, turbo, huge_pages, numa_balancing])
def test_in_a_container_the_fix_is_the_hosts(check):
    host = settings(
        TWO_NODES,
        governor=Reading(value="powersave"),
        turbo=Reading(value=False),
        transparent_huge_pages=Reading(value="never"),
        numa_balancing=Reading(value=True),
    )
    outside, inside = check(make_case(host=host)), check(make_case(host=contained(host)))
    assert inside.state == outside.state == "warning"
    assert inside.fix == [ON_HOST, *outside.fix]


def test_memory_policy_permitted():
    case = make_case(host=TWO_NODES)
    found = memory_policy(case)
    assert found.state == "ok"
    assert found.value.value == f"permitted: a lane's memory is bound to node {case.cores.node}"


def test_memory_policy_refused_in_each_kind_of_place():
    host = allowance(TWO_NODES, bindable_nodes=REFUSED)
    found = memory_policy(make_case(host=contained(host)))
    assert found.state == "warning"
    assert "cap_add: [SYS_NICE]" in found.fix
    assert "--cap-add SYS_NICE" in found.fix
    bare = memory_policy(make_case(host=host))
    assert bare.state == "warning"
    assert bare.fix[-1] == "grep Seccomp: /proc/self/status"
    pod = memory_policy(make_case(host=contained(host, "kubernetes")))
    assert pod.fix[1:] == ["securityContext: {capabilities: {add: [SYS_NICE]}}"]


@pytest.mark.parametrize(
    ("system", "fix"),
    [
        ("Debian GNU/Linux 12 (bookworm)", ["sudo apt-get install numactl"]),
        ("Rocky Linux 9.4 (Blue Onyx)", ["sudo dnf install numactl"]),
        (
            "Arch Linux",
            [
                *("# Debian, Ubuntu", "sudo apt-get install numactl"),
                *("# or: Red Hat and its kin", "sudo dnf install numactl"),
            ],
        ),
    ],
)
def test_memory_policy_without_numactl(system, fix):
    host = tools(TWO_NODES, numactl=Reading(reason="not found"))
    host = settings(host, operating_system=Reading(value=system))
    found = memory_policy(make_case(host=host))
    assert (found.state, found.fix) == ("warning", fix)


def test_memory_policy_not_asked_for():
    host = allowance(TWO_NODES, bindable_nodes=Reading(reason="not asked on riscv64"))
    found = memory_policy(make_case(host=host))
    assert (found.state, found.value.reason) == ("unknown", "not asked on riscv64")


def test_memory_policy_that_this_kernel_does_not_have_is_no_containers_fault():
    reason = "set_mempolicy(MPOL_BIND): ENOSYS (Function not implemented)"
    host = contained(allowance(TWO_NODES, bindable_nodes=Reading(reason=reason)))
    found = memory_policy(make_case(host=host))
    assert (found.state, found.value.reason, found.fix) == ("unknown", reason, [])


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"mems_allowed": "1"}, "node 0 is not among those that this process may have memory from"),
        ({"bindable": Reading(value=[1])}, "node 0 gave no memory when the probe tried"),
    ],
)
def test_memory_that_can_not_be_bound_to_the_lanes_node(limits, said):
    host = recorded_host("sapphire-rapids-2s", affinity=[0, 1], **limits)
    found = memory_policy(make_case(host=host))
    assert found.state == "warning"
    assert said in found.value.value
    assert "AllowedMemoryNodes=0" in found.fix[1]
    for engine, where in (
        ("docker", "# docker run"),
        ("apptainer", "# where apptainer was started"),
    ):
        fix = memory_policy(make_case(host=contained(host, engine))).fix
        assert (fix[0].startswith(where), fix[1]) == (True, "--cpuset-mems 0")
    pod = memory_policy(make_case(host=contained(host, "kubernetes"))).fix
    assert "memoryManagerPolicy: Static" in pod


def test_memory_policy_of_a_node_without_memory():
    host = recorded_host("sapphire-rapids-2s", affinity=[0, 1], node_memory={0: 0})
    found = memory_policy(make_case(host=host))
    assert (found.state, "node 0 has no memory of its own" in found.value.value) == ("ok", True)


def test_memory_policy_of_cores_on_two_nodes():
    found = memory_policy(make_case(options=Options(cores="31-32")))
    assert (found.state, "not known to be on one NUMA node" in found.value.reason) == (
        "unknown",
        True,
    )


def test_memory_policy_of_one_node_is_nothing():
    host = allowance(ONE_NODE, bindable_nodes=REFUSED)
    assert memory_policy(make_case(host=host)).state == "ok"


@pytest.mark.parametrize("name", ["tsc", "kvm-clock", "hyperv_clocksource_tsc_page"])
def test_clock_sources_without_a_system_call(name, tmp_path):
    write(tmp_path, f"{CLOCKS}/current_clocksource", name)
    found = clock_source(make_case(files=Files(tmp_path)))
    assert (found.state, found.value.value) == ("ok", name)


@pytest.mark.parametrize("name", ["hpet", "acpi_pm", "jiffies"])
def test_a_slow_clock_source_with_a_better_one(name, tmp_path):
    write(tmp_path, f"{CLOCKS}/current_clocksource", name)
    write(tmp_path, f"{CLOCKS}/available_clocksource", "hpet tsc acpi_pm")
    found = clock_source(make_case(files=Files(tmp_path)))
    assert (found.state, found.value.value) == ("warning", name)
    assert found.fix == ["echo tsc | sudo tee \\", f"  /{CLOCKS}/current_clocksource"]


def test_a_slow_clock_source_without_a_better_one(tmp_path):
    write(tmp_path, f"{CLOCKS}/current_clocksource", "hpet")
    write(tmp_path, f"{CLOCKS}/available_clocksource", "hpet acpi_pm")
    found = clock_source(make_case(files=Files(tmp_path)))
    assert found.value.value == "hpet; the kernel offers no better one"
    assert "dmesg" in found.fix[-1]


def test_a_clock_source_that_is_masked(tmp_path):
    found = clock_source(make_case(files=Files(tmp_path)))
    assert found.state == "unknown"
    assert found.value.reason == f"/{CLOCKS}/current_clocksource: No such file or directory"
