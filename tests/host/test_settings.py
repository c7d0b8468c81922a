import pytest

from bench.host.files import Files
from bench.host.settings import read_settings
from tests.recorded_hosts import write

CPUS = "sys/devices/system/cpu"
X86 = frozenset({"fpu", "avx2"})


def settings(root, flags=X86):
    return read_settings(Files(root), flags, "6.1.0")


def test_all_policies_of_one_mind(tmp_path):
    for policy in range(3):
        write(tmp_path, f"{CPUS}/cpufreq/policy{policy}/scaling_governor", "performance")
        write(tmp_path, f"{CPUS}/cpufreq/policy{policy}/scaling_driver", "intel_pstate")
    found = settings(tmp_path)
    assert found.governor.value == "performance"
    assert found.frequency_driver.value == "intel_pstate"


def test_policies_that_differ_are_all_named(tmp_path):
    write(tmp_path, f"{CPUS}/cpufreq/policy0/scaling_governor", "powersave")
    write(tmp_path, f"{CPUS}/cpufreq/policy1/scaling_governor", "performance")
    assert settings(tmp_path).governor.value == "performance, powersave"


@pytest.mark.parametrize(
    ("path", "text", "turbo"),
    [
        ("intel_pstate/no_turbo", "0", True),
        ("intel_pstate/no_turbo", "1", False),
        ("cpufreq/boost", "1", True),
        ("cpufreq/boost", "0", False),
    ],
)
def test_turbo_by_both_drivers(tmp_path, path, text, turbo):
    write(tmp_path, f"{CPUS}/{path}", text)
    assert settings(tmp_path).turbo.value is turbo


def test_switches_and_the_chosen_word(tmp_path):
    write(tmp_path, f"{CPUS}/smt/active", "1")
    write(tmp_path, "sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never")
    write(tmp_path, "proc/sys/kernel/numa_balancing", "0")
    found = settings(tmp_path)
    assert found.smt.value is True
    assert found.transparent_huge_pages.value == "madvise"
    assert found.numa_balancing.value is False


def test_no_flag_is_bare_metal_whatever_the_board_says(tmp_path):
    write(tmp_path, "sys/class/dmi/id/sys_vendor", "Dell Inc.")
    assert settings(tmp_path).hypervisor.reason == "no hypervisor flag: bare metal"


def test_a_virtual_machine_is_named_by_its_board(tmp_path):
    write(tmp_path, "sys/class/dmi/id/sys_vendor", "Amazon EC2")
    write(tmp_path, "sys/class/dmi/id/product_name", "m7i.xlarge")
    assert settings(tmp_path, X86 | {"hypervisor"}).hypervisor.value == "Amazon EC2 m7i.xlarge"


def test_a_virtual_machine_without_a_name(tmp_path):
    found = settings(tmp_path, X86 | {"hypervisor"})
    assert found.hypervisor.value == "unnamed hypervisor"


def test_xen_names_itself(tmp_path):
    write(tmp_path, "sys/hypervisor/type", "xen")
    assert settings(tmp_path).hypervisor.value == "xen"


@pytest.mark.parametrize("flags", [None, frozenset({"asimd"})])
def test_without_x86_flags_a_hypervisor_is_not_known(flags, tmp_path):
    write(tmp_path, "sys/class/dmi/id/sys_vendor", "QEMU")
    assert settings(tmp_path, flags).hypervisor.value is None


def test_the_operating_systems_pretty_name(tmp_path):
    write(tmp_path, "usr/lib/os-release", 'ID=fedora\nPRETTY_NAME="Fedora Linux 42"')
    assert settings(tmp_path).operating_system.value == "Fedora Linux 42"
    write(tmp_path, "etc/os-release", "PRETTY_NAME=Alpine")
    assert settings(tmp_path).operating_system.value == "Alpine"
