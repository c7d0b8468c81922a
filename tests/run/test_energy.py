"""Energy in a lane's turns, on made-up hosts whose counters move as told."""

import os
import time
from pathlib import Path

import psutil
import pytest

from bench.host.files import Files
from bench.host.powercap import Package
from bench.model.base import Reading
from bench.model.process import Energy
from bench.run.energy import Meter
from bench.run.noise import Watch, unwatched
from tests.recorded_hosts import write

POWERCAP = "sys/class/powercap"
CPUS = "sys/devices/system/cpu"
JOULE = 1_000_000
RANGE = 262_143 * JOULE


class Host:
    """Two packages of two CPUs each: 0 and 2, 1 and 3."""

    def __init__(self, root: Path) -> None:
        self.root = root
        write(root, f"{CPUS}/online", "0-3")
        for cpu in range(4):
            write(root, f"{CPUS}/cpu{cpu}/topology/physical_package_id", cpu % 2)
        for package in range(2):
            write(root, f"{POWERCAP}/intel-rapl:{package}/name", f"package-{package}")
            write(root, f"{POWERCAP}/intel-rapl:{package}/max_energy_range_uj", RANGE)
        self.shows(1000 * JOULE, 2000 * JOULE)
        self.busy(0, 0, 0, 0)

    def shows(self, *microjoules: int) -> None:
        for package, each in enumerate(microjoules):
            write(self.root, f"{POWERCAP}/intel-rapl:{package}/energy_uj", each)

    def busy(self, *jiffies: int) -> None:
        """Of each CPU; this session had none of it."""
        lines = [f"cpu{cpu} {each} 0 0 9 0 0 0 0" for cpu, each in enumerate(jiffies)]
        write(self.root, "proc/stat", "\n".join(lines))
        stat = f"{os.getpid()} (a) R 1 1 1 0 -1 4194304 1 2 3 4 0 0 0 0{' 0' * 37}"
        write(self.root, f"proc/{os.getpid()}/stat", stat)

    def watch(self, *cpus: int) -> Watch:
        return Watch(list(cpus), os.getsid(0), Files(self.root))

    def energy(self, cpus: list[int], *after: int) -> Reading[Energy]:
        """Of one turn of 10 ms that leaves the counters so."""
        watch = self.watch(*cpus)
        with watch:
            time.sleep(0.01)
            self.shows(*after)
        return watch.noise().energy


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path / "proc"))
    return Host(tmp_path)


def known(reading: Reading[Energy]) -> Energy:
    assert reading.value is not None, reading.reason
    return reading.value


def test_only_the_packages_of_the_lanes_cpus_count(host):
    energy = known(host.energy([1, 3], 1009 * JOULE, 2003 * JOULE))
    assert energy.packages == ["package-1"]
    assert [turn.joules for turn in energy.turns] == [[3.0]]
    assert energy.cpus == 2


def test_a_lane_on_both_packages_has_both(host):
    energy = known(host.energy([0, 1], 1009 * JOULE, 2003 * JOULE))
    assert (energy.packages, energy.turns[0].joules) == (["package-0", "package-1"], [9.0, 3.0])


def test_a_turn_has_its_place_in_time_and_what_is_between_turns_is_not_in_it(host):
    watch, shown = host.watch(0), 0
    for _ in range(2):
        shown += 50 * JOULE
        host.shows(shown, 0)
        before = time.monotonic()
        with watch:
            time.sleep(0.01)
            shown += 2 * JOULE
            host.shows(shown, 0)
        last = watch.noise().energy.value.turns[-1]
        assert before <= last.at
        assert last.at + last.seconds <= time.monotonic()
        assert last.seconds >= 0.01
    assert [turn.joules for turn in watch.noise().energy.value.turns] == [[2.0], [2.0]]


def test_a_counter_that_begins_again_is_followed(host):
    host.shows(RANGE - 3 * JOULE, 0)
    assert known(host.energy([0], 4 * JOULE, 0)).turns[0].joules == [7.0]


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (999 * JOULE, "package-0's energy counter was set back or jumped"),
        (9000 * JOULE, "package-0's energy counter was set back or jumped"),
    ],
)
def test_what_no_package_can_use_is_not_believed(host, after, reason):
    assert host.energy([0], after, 0).reason == reason


def test_a_counter_that_goes_back_where_no_range_is_told(host):
    (host.root / POWERCAP / "intel-rapl:0/max_energy_range_uj").unlink()
    assert host.energy([0], 999 * JOULE, 0).reason == "package-0's energy counter went back"


def test_a_counter_that_may_have_begun_again_unseen_is_not_believed():
    meter = Meter([Package("package-0", 0, "energy_uj", RANGE)], [0])
    turn = meter.turn(0.0, 200.0, (Reading(value=0),), (Reading(value=JOULE),))
    assert turn.reason == "package-0's energy counter may begin again within 200 s"
    assert meter.turn(0.0, 100.0, (Reading(value=0),), (Reading(value=JOULE),)).value is not None


def test_a_counter_that_stands_still_counts_nothing():
    meter = Meter([Package("package-0", 0, "energy_uj", RANGE)], [0])
    still = (Reading(value=5),)
    assert meter.turn(0.0, 2.0, still, still).reason == "package-0's energy counter stands still"
    assert meter.turn(0.0, 0.0005, still, still).value.joules == [0.0]


def test_a_turn_of_which_it_is_not_known_is_left_out(host):
    watch = host.watch(0)
    for after in (1 * JOULE, 3 * JOULE):
        host.shows(2 * JOULE, 0)
        with watch:
            time.sleep(0.01)
            host.shows(after, 0)
    assert [turn.joules for turn in known(watch.noise().energy).turns] == [[1.0]]


def test_others_are_those_on_all_cpus_of_the_package(host):
    watch = host.watch(0)
    with watch:
        time.sleep(0.01)
        host.busy(30, 1000, 70, 1000)
        host.shows(1001 * JOULE, 0)
    noise = watch.noise()
    second = os.sysconf("SC_CLK_TCK")
    assert known(noise.energy).others_cpu_seconds.value == pytest.approx(100 / second)
    assert noise.others_cpu_seconds.value == pytest.approx(30 / second)


def test_a_counter_that_vanishes_is_the_reason(host):
    watch = host.watch(0)
    with watch:
        (host.root / POWERCAP / "intel-rapl:0/energy_uj").unlink()
    assert watch.noise().energy.reason == (
        "/sys/class/powercap/intel-rapl:0/energy_uj: No such file or directory"
    )


@pytest.mark.parametrize("gone", ["physical_package_id", "package"])
def test_a_lane_on_none_of_the_packages_says_so(host, gone):
    if gone == "package":
        write(host.root, f"{POWERCAP}/intel-rapl:0/name", "package-7")
    else:
        (host.root / CPUS / "cpu0/topology/physical_package_id").unlink()
        (host.root / CPUS / "cpu2/topology/physical_package_id").unlink()
    assert host.energy([0], 0, 0).reason == "no energy counter is one of the lane's packages"


def test_where_there_is_no_counter_nothing_else_is_asked(tmp_path, monkeypatch):
    monkeypatch.setattr("bench.run.energy.cpus_by_socket", lambda files: pytest.fail("asked"))
    meter = Meter.of(Files(tmp_path), [0])
    assert (meter.packages, meter.cpus, meter.read(Files(tmp_path))) == ([], [], ())
    energy = meter.energy([], Reading(value=0.0))
    assert energy.reason == "this host shows no energy counter, as is usual in a virtual machine"


def test_a_process_without_a_turn_and_one_that_nobody_watched_say_so(host):
    assert host.watch(0).noise().energy.reason == "it had no turn"
    assert unwatched("nobody looked").energy.reason == "nobody looked"
