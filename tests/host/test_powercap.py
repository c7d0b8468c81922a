"""Energy counters of made-up hosts, as the kernel's powercap shows them."""

from pathlib import Path

import pytest

from bench.host.files import Files
from bench.host.powercap import Package, cpus_by_socket, microjoules, packages
from bench.model.base import Reading
from tests.recorded_hosts import write

POWERCAP = "sys/class/powercap"
RANGE = 262_143_328_850


def zone(root: Path, zone: str, name: str, shown: int = 5, span: int | None = RANGE) -> None:
    write(root, f"{POWERCAP}/{zone}/name", name)
    write(root, f"{POWERCAP}/{zone}/energy_uj", shown)
    if span is not None:
        write(root, f"{POWERCAP}/{zone}/max_energy_range_uj", span)


def known(root: Path) -> list[Package]:
    there = packages(Files(root))
    assert there.value is not None, there.reason
    return there.value


def test_packages_are_read_and_what_is_beside_or_in_them_is_not(tmp_path):
    zone(tmp_path, "intel-rapl:0", "package-0")
    zone(tmp_path, "intel-rapl:0:0", "core")
    zone(tmp_path, "intel-rapl:0:1", "dram")
    zone(tmp_path, "intel-rapl:1", "package-1", span=None)
    zone(tmp_path, "intel-rapl:2", "psys")
    zone(tmp_path, "intel-rapl-mmio:0", "package-0")
    write(tmp_path, f"{POWERCAP}/dtpm/name", "dtpm")
    assert known(tmp_path) == [
        Package("package-0", 0, "/sys/class/powercap/intel-rapl:0/energy_uj", RANGE),
        Package("package-1", 1, "/sys/class/powercap/intel-rapl:1/energy_uj", None),
    ]


def test_a_die_is_a_part_of_its_package(tmp_path):
    zone(tmp_path, "intel-rapl:0", "package-0-die-0")
    zone(tmp_path, "intel-rapl:1", "package-0-die-1")
    assert [(each.name, each.socket) for each in known(tmp_path)] == [
        ("package-0-die-0", 0),
        ("package-0-die-1", 0),
    ]


def test_a_host_without_powercap_shows_no_counter(tmp_path):
    assert packages(Files(tmp_path)).reason == (
        "this host shows no energy counter, as is usual in a virtual machine"
    )


def test_what_a_container_hides_is_said_to_be_hidden(tmp_path):
    (tmp_path / POWERCAP).mkdir(parents=True)
    (tmp_path / POWERCAP / "intel-rapl:0").symlink_to("../../devices/virtual/powercap/gone")
    reason = packages(Files(tmp_path)).reason
    assert reason is not None
    assert reason.startswith("hidden here, as a container hides it: /sys/class/powercap/intel-rapl")


def test_zones_without_a_package_are_none(tmp_path):
    zone(tmp_path, "intel-rapl:0", "psys")
    assert packages(Files(tmp_path)).reason == "/sys/class/powercap has no package's counter"


def test_a_missing_counter_is_the_reason(tmp_path):
    zone(tmp_path, "intel-rapl:0", "package-0")
    (tmp_path / POWERCAP / "intel-rapl:0/energy_uj").unlink()
    assert packages(Files(tmp_path)).reason == (
        "/sys/class/powercap/intel-rapl:0/energy_uj: No such file or directory"
    )


def test_what_is_not_allowed_is_said_with_why(tmp_path, monkeypatch):
    zone(tmp_path, "intel-rapl:0", "package-0")

    def refused(self: Files, path: str) -> Reading[str]:
        if path.endswith("energy_uj"):  # root, who tests, may read it whatever its mode
            return Reading(reason=f"{path}: Permission denied")
        return Reading(value="package-0" if path.endswith("name") else "1000")

    monkeypatch.setattr(Files, "reading", refused)
    assert packages(Files(tmp_path)).reason == (
        "/sys/class/powercap/intel-rapl:0/energy_uj: Permission denied; "
        "since Linux 5.10 it is root's alone to read"
    )


@pytest.mark.parametrize("shown", ["", "many"])
def test_nonsense_is_not_understood(tmp_path, shown):
    zone(tmp_path, "intel-rapl:0", "package-0")
    package = known(tmp_path)[0]
    write(tmp_path, f"{POWERCAP}/intel-rapl:0/energy_uj", shown)
    assert microjoules(Files(tmp_path), package).value is None


def test_cpus_are_told_by_socket(tmp_path):
    write(tmp_path, "sys/devices/system/cpu/online", "0-3,5")
    for cpu, socket in ((0, 0), (1, 1), (2, 0), (3, 1)):
        write(tmp_path, f"sys/devices/system/cpu/cpu{cpu}/topology/physical_package_id", socket)
    assert cpus_by_socket(Files(tmp_path)) == {0: [0, 2], 1: [1, 3]}
