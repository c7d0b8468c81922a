import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from bench.host.files import Files
from bench.model.process import Noise
from bench.run.noise import Watch, unwatched
from tests.recorded_hosts import View, write, write_cgroup

CPU = min(os.sched_getaffinity(0))
SPIN = ["sh", "-c", "while :; do :; done"]
RESOLUTION = 0.06
"""Seconds: a few jiffies."""
OWN = os.getsid(0)


@contextmanager
def process(command: list[str]) -> Iterator[psutil.Popen]:
    """A command in a session of its own, on one CPU."""
    started = psutil.Popen(
        command,
        start_new_session=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {CPU}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def cpu_seconds(busy: psutil.Popen) -> float:
    times = busy.cpu_times()
    return times.user + times.system


def wait_until_it_had(seconds: float, busy: psutil.Popen, before: float) -> None:
    """However long that takes: others may have the CPU meanwhile."""
    end = time.monotonic() + 20
    while cpu_seconds(busy) - before < seconds:
        assert time.monotonic() < end, "it got no CPU"
        time.sleep(0.02)


def test_what_a_lane_uses_itself_is_not_others():
    with process(SPIN) as lane:
        watch, before = Watch([CPU], lane.pid), cpu_seconds(lane)
        with watch:
            wait_until_it_had(0.2, lane, before)
        own, noise = cpu_seconds(lane) - before, watch.noise()
    # Whatever else this machine does: nobody can have had the time that the lane had.
    assert known(noise.others_cpu_seconds) <= noise.watched_seconds - own + RESOLUTION


def test_what_another_process_has_of_the_lanes_cpu_is_others():
    with process(SPIN) as lane, process(SPIN) as other:
        watch, before = Watch([CPU], lane.pid), cpu_seconds(other)
        with watch:
            wait_until_it_had(0.2, other, before)
        theirs, noise = cpu_seconds(other) - before, watch.noise()
    assert known(noise.others_cpu_seconds) >= theirs - RESOLUTION


def test_children_are_the_lanes_own_also_those_that_end_meanwhile():
    code = """if True:
        import os, time
        input()
        for _ in range(2):
            if os.fork() == 0:
                while time.process_time() < 0.15: pass
                os._exit(0)
            os.wait()
        print(flush=True)
        input()"""
    with process([sys.executable, "-S", "-c", code]) as lane:
        watch = Watch([CPU], lane.pid)
        with watch:
            lane.stdin.write(b"\n")
            lane.stdin.flush()
            lane.stdout.readline()
        noise = watch.noise()
    assert noise.watched_seconds >= 0.3
    assert known(noise.others_cpu_seconds) <= noise.watched_seconds - 0.3 + RESOLUTION


def test_only_the_turns_count():
    with process(SPIN), process(["sleep", "60"]) as lane:
        watch = Watch([CPU], lane.pid)
        for _ in range(2):
            with watch:
                pass
            time.sleep(0.15)
        noise = watch.noise()
    assert noise.watched_seconds < 0.1
    assert known(noise.others_cpu_seconds) < 0.15


def test_a_turn_that_is_interrupted_counts():
    watch = Watch([CPU], OWN)

    def turn() -> None:
        with watch:
            time.sleep(0.01)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        turn()
    assert watch.noise().watched_seconds >= 0.01


def known(reading):
    assert reading.value is not None, reading.reason
    return reading.value


class Host:
    """A host's files, as a turn finds them and as it leaves them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.cpus({0: "0 0 0 9 0 0 0 0 0 0"})
        self.own(0, 0, 0, 0)

    def cpus(self, lines: dict[int, str]) -> None:
        total = "cpu  9 9 9 9 9 9 9 9 9 9"
        rows = [f"cpu{number} {columns}" for number, columns in lines.items()]
        write(self.root, "proc/stat", "\n".join([total, *rows, "intr 5 6 7", "ctxt 8"]))

    def own(self, *jiffies: int) -> None:
        """User and system time of this session's one process, then of its former children."""
        times, rest = " ".join(map(str, jiffies)), " 0" * 37
        line = f"{os.getpid()} (a ) R 1) S 1 1 1 0 -1 4194304 100 200 300 400 {times}{rest}"
        write(self.root, f"proc/{os.getpid()}/stat", line)

    def watch(self, cpus: list[int] | None = None) -> Watch:
        return Watch(cpus or [0], OWN, Files(self.root))

    def noise(self, cpus: list[int] | None = None) -> Noise:
        """Of one turn in which nothing changes."""
        watch = self.watch(cpus)
        with watch:
            pass
        return watch.noise()


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path / "proc"))
    return Host(tmp_path)


JIFFY = 1 / os.sysconf("SC_CLK_TCK")


def test_busy_time_and_steal_are_of_the_lanes_cpus(host: Host):
    #                user nice system idle iowait irq softirq steal guest guest_nice
    before = {0: "100 10 20 500 30 1 2 40 0 0", 1: "200 0 0 500 0 0 0 0 0 0", 2: "0 0 0 1 0 0 0 0"}
    after = {0: "200 20 30 900 90 2 4 47 77 5", 1: "300 0 0 500 0 0 0 3 0 0", 2: "9 0 0 1 0 0 0 99"}
    watch = host.watch([0, 1])
    host.cpus(before)
    host.own(500, 50, 5, 5)
    with watch:
        host.cpus(after)
        host.own(600, 51, 10, 5)
    noise = watch.noise()
    # Guests' time is in user and nice; waiting for a disk is idle.
    busy = (100 + 10 + 10 + 1 + 2) + 100
    assert known(noise.others_cpu_seconds) == pytest.approx((busy - 100 - 1 - 5) * JIFFY)
    assert known(noise.steal_seconds) == pytest.approx((7 + 3) * JIFFY)


def test_others_are_summed_over_turns_before_they_are_cut_off_at_zero(host: Host):
    watch = host.watch()
    for busy, own in ((100, 103), (200, 200)):
        host.cpus({0: "0 0 0 9 0 0 0 0"})
        host.own(0, 0, 0, 0)
        with watch:
            host.cpus({0: f"{busy} 0 0 9 0 0 0 0"})
            host.own(own, 0, 0, 0)
    assert watch.noise().others_cpu_seconds.value == 0
    host.cpus({0: "0 0 0 9 0 0 0 0"})
    with watch:
        host.cpus({0: "205 0 0 9 0 0 0 0"})
    assert known(watch.noise().others_cpu_seconds) == pytest.approx((205 - 3) * JIFFY)


def test_a_lane_whose_processes_cannot_be_seen_says_so(host: Host):
    (host.root / f"proc/{os.getpid()}/stat").unlink()
    noise = host.noise()
    assert noise.others_cpu_seconds.reason == f"no process of session {OWN} can be seen"
    assert noise.steal_seconds.value == 0


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ({1: "1 1 1 1 1 1 1 1"}, "/proc/stat does not tell of CPU 0"),
        ({0: "0 0 0 0 0 0 0 0 0 0"}, "/proc/stat counts nothing here"),
    ],
)
def test_cpus_that_are_not_counted_are_null_with_the_reason(host, lines, reason):
    host.cpus(lines)
    noise = host.noise()
    assert noise.steal_seconds.reason == noise.others_cpu_seconds.reason == reason


def throttle(root: Path, version: int, folder: str, periods: int, nanoseconds: int) -> None:
    """The counters of one level, as each version writes them."""
    if version == 1:
        text = f"nr_periods 900\nnr_throttled {periods}\nthrottled_time {nanoseconds}"
        write(root, f"sys/fs/cgroup/cpu/{folder}/cpu.stat", text)
    else:
        text = f"usage_usec 9\nnr_periods 900\nnr_throttled {periods}"
        text += f"\nthrottled_usec {nanoseconds // 1000}\nnr_bursts 0"
        write(root, f"sys/fs/cgroup/{folder}/cpu.stat", text)


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(
    ("view", "own", "above"),
    [("host", "bench.slice/run", "bench.slice"), ("container", ".", None)],
)
def test_throttling_is_the_growth_of_all_levels(host, version, view: View, own, above):
    write_cgroup(host.root, version, view, "0", 1.0, None)
    levels = [level for level in (own, above) if level is not None]
    watch = host.watch()
    for level in levels:
        throttle(host.root, version, level, 7, 10**9)
    with watch:
        for level in levels:
            throttle(host.root, version, level, 12, 3 * 10**9)
    noise = watch.noise()
    assert noise.throttled_periods.value == 5 * len(levels)
    assert noise.throttled_seconds.value == 2.0 * len(levels)


def test_without_a_quota_controller_throttling_is_null_with_the_reason(host: Host):
    noise = host.noise()
    reason = "no cgroup with the cpu controller is mounted"
    assert noise.throttled_periods.reason == noise.throttled_seconds.reason == reason
    write_cgroup(host.root, 2, "host", "0", None, None)
    write(host.root, "sys/fs/cgroup/bench.slice/run/cpu.stat", "usage_usec 9\nuser_usec 9")
    reason = "/sys/fs/cgroup/bench.slice/run/cpu.stat does not count throttling"
    assert host.noise().throttled_periods.reason == reason


@pytest.mark.parametrize("version", [1, 2])
def test_where_the_own_cgroup_can_not_be_seen_throttling_is_not_known(host: Host, version):
    """As where something else is mounted over /sys/fs/cgroup."""
    write_cgroup(host.root, version, "container", "0", None, None)
    shutil.rmtree(host.root / "sys/fs/cgroup")
    noise = host.noise()
    assert noise.throttled_periods.value is noise.throttled_seconds.value is None
    assert noise.throttled_periods.reason.startswith("its own cgroup was not met below")


def test_the_clock_is_the_mean_over_cpus_and_turns(host: Host):
    host.cpus(dict.fromkeys((0, 4), "1 1 1 1 1 1 1 1"))
    watch = host.watch([0, 4])
    for kilohertz in ((2_000_000, 3_000_000), (3_000_000, 3_000_000)):
        with watch:
            for cpu, each in zip((0, 4), kilohertz, strict=True):
                path = f"sys/devices/system/cpu/cpu{cpu}/cpufreq/scaling_cur_freq"
                write(host.root, path, each)
    assert watch.noise().frequency_mhz.value == 2750


def test_of_many_cpus_a_few_are_asked_for_their_clock(host: Host):
    cpus = list(range(100))
    host.cpus(dict.fromkeys(cpus, "1 1 1 1 1 1 1 1"))
    for cpu in cpus:
        path = f"sys/devices/system/cpu/cpu{cpu}/cpufreq/scaling_cur_freq"
        write(host.root, path, 2_000_000 + 1000 * cpu)
    # Every thirteenth: 0, 13, … 91.
    assert host.noise(cpus).frequency_mhz.value == 2045.5


def test_the_hottest_package_is_told(host: Host):
    for name, chip, first in (
        ("hwmon0", "nvme", 91_000),
        ("hwmon1", "coretemp", 63_000),
        ("hwmon2", "coretemp", 71_500),
    ):
        write(host.root, f"sys/class/hwmon/{name}/name", chip)
        write(host.root, f"sys/class/hwmon/{name}/temp1_input", first)
    assert host.noise().temperature_celsius.value == 71.5


def test_without_a_chip_the_thermal_zone_of_the_cpu_is_asked(host: Host):
    for name, kind, degrees in (
        ("thermal_zone0", "acpitz", 88_000),
        ("thermal_zone1", "x86_pkg_temp", 55_000),
    ):
        write(host.root, f"sys/class/thermal/{name}/type", kind)
        write(host.root, f"sys/class/thermal/{name}/temp", degrees)
    watch = host.watch()
    for degrees in (57_000, 56_000):
        with watch:
            write(host.root, "sys/class/thermal/thermal_zone1/temp", degrees)
    assert watch.noise().temperature_celsius.value == 57


def test_what_a_virtual_machine_hides_is_null_with_the_reason(host: Host):
    noise = host.noise()
    assert noise.frequency_mhz.reason is not None
    assert noise.frequency_mhz.reason.startswith("/sys/devices/system/cpu/cpu0/cpufreq/")
    assert noise.temperature_celsius.reason is not None
    assert noise.temperature_celsius.reason.startswith("neither /sys/class/hwmon nor")


def test_a_process_without_a_turn_has_a_load_and_nothing_else():
    noise = Watch([CPU], OWN).noise()
    assert noise.watched_seconds == 0
    assert noise.steal_seconds.reason == noise.throttled_periods.reason == "it had no turn"


def test_a_process_that_nobody_watched_says_why():
    noise = unwatched("the controller had been killed")
    assert noise.watched_seconds == 0
    assert noise.others_cpu_seconds.reason == "the controller had been killed"
    assert noise.temperature_celsius.reason == "the controller had been killed"
