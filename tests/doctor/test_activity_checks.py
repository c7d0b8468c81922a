"""The CPUs' last second: who had them, what was stolen, whether second threads were idle."""

import os
import subprocess
import sys
import time

import psutil
import pytest

from bench.doctor.activity import NOTICED, SECONDS, Consumer, watch
from bench.doctor.busy import busy
from bench.doctor.smt import smt
from bench.doctor.steal import steal
from bench.host.files import Files
from bench.host.proc_stat import CpuTimes
from bench.model.base import Reading
from tests.doctor.cases import IDLE, contained, make_activity, make_case, settings
from tests.recorded_hosts import recorded_host, write

HOST = recorded_host("sapphire-rapids-2s")
SMALL = recorded_host("amd-genoa-vm")
MASKED = Reading(reason="/proc/stat: Permission denied")
ALL = frozenset(range(128))


def second(root, cpus):
    """Write what `/proc/stat` shows: each CPU's columns."""
    rows = [f"cpu{cpu} {' '.join(map(str, columns))} 0 0" for cpu, columns in cpus.items()]
    write(root, "proc/stat", "cpu  1 2 3 4 5 6 7 8 0 0\n" + "\n".join(rows) + "\nintr 1 2 3")


def watched(root, before, after):
    """What `watch` makes of these two looks; the second appears while it sleeps."""
    slept = []

    def sleep(duration):
        slept.append(duration)
        second(root, after)

    second(root, before)
    reading = watch(Files(root), sleep)
    assert slept == [SECONDS]
    return reading


def test_what_each_cpu_did_meanwhile(tmp_path):
    write(tmp_path, "proc/loadavg", "1.25 0.80 0.40 2/300 999")
    before = {0: [10, 0, 5, 900, 3, 1, 1, 2], 1: [0] * 8}
    after = {0: [40, 1, 15, 940, 10, 2, 3, 9], 1: [0, 0, 0, 100, 0, 0, 0, 0]}
    found = watched(tmp_path, before, after).value
    # Waiting for a disk is idle, and stolen time is nobody's here.
    assert found.now == {0: CpuTimes(busy=44, steal=7, total=98), 1: CpuTimes(0, 0, 100)}
    assert found.since_boot[0] == CpuTimes(busy=61, steal=9, total=1020)
    assert found.busy(0) == pytest.approx(44 / 98)
    assert found.load.value == 1.25


BUSY = """
import os, time
while time.process_time() < 0.2:
    pass
print(flush=True)
os.sched_setaffinity(0, {int(input())})
print(flush=True)
while True:
    pass
"""


@pytest.fixture
def worked():
    """A process that has computed, and does so again on the CPU that it is told."""
    process = subprocess.Popen(
        [sys.executable, "-c", BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    process.stdout.readline()
    yield process
    process.kill()
    process.communicate()


def test_a_process_by_what_it_took_and_where_it_may_run(worked, monkeypatch):
    monkeypatch.setattr("bench.doctor.activity.SECONDS", 0.3)
    cpu, mine = min(os.sched_getaffinity(0)), time.process_time()

    def sleep(duration):
        worked.stdin.write(f"{cpu}\n")
        worked.stdin.flush()
        worked.stdout.readline()
        while time.process_time() - mine < duration / 4:  # this process is busy as well
            pass
        time.sleep(duration)

    consumers = watch(Files(), sleep).value.consumers
    (busy_one,) = [each for each in consumers if each.pid == worked.pid]
    assert busy_one.cpus == {cpu}
    assert busy_one.name == psutil.Process(worked.pid).name()
    assert NOTICED <= busy_one.share <= 1.05
    shares = [each.share for each in consumers]
    assert shares == sorted(shares, reverse=True)
    assert os.getpid() not in [each.pid for each in consumers]


def test_what_a_process_took_before_does_not_count(worked):
    consumers = watch(Files(), lambda _: time.sleep(0.2)).value.consumers
    assert worked.pid not in [each.pid for each in consumers]


def test_a_process_that_began_meanwhile_counts(request):
    def sleep(_):
        request.getfixturevalue("worked")
        time.sleep(0.1)

    consumers = watch(Files(), sleep).value.consumers
    assert request.getfixturevalue("worked").pid in [each.pid for each in consumers]


def test_a_process_that_ended_meanwhile_is_left_out(monkeypatch, worked):
    def gone(self):
        raise psutil.NoSuchProcess(self.pid)

    monkeypatch.setattr(psutil.Process, "cpu_affinity", gone)
    worked.stdin.write(f"{min(os.sched_getaffinity(0))}\n")
    worked.stdin.flush()
    assert watch(Files(), lambda _: time.sleep(0.2)).value.consumers == []


def test_counters_that_stand_still_are_not_idleness(tmp_path):
    same = {0: [1] * 8}
    assert watched(tmp_path, same, same).reason == "/proc/stat: its counters stand still"


def test_no_counters_at_all(tmp_path):
    found = watch(Files(tmp_path), lambda _: None)
    assert found.reason == "/proc/stat: No such file or directory"
    assert found.value is None


def test_a_cpu_that_went_offline_is_left_out(tmp_path):
    before = {0: [0] * 8, 1: [0] * 8}
    found = watched(tmp_path, before, {0: [1] * 8}).value
    assert list(found.now) == [0]
    assert found.uncounted([0, 1], [0]) == "/proc/stat does not count CPU 1"
    assert found.uncounted([0], [0]) is None


def test_this_machines_own_second():
    found = watch(Files(), lambda _: time.sleep(0.1)).value
    assert found is not None
    assert all(0 <= found.busy(cpu) <= 1 for cpu in os.sched_getaffinity(0))
    assert os.getpid() not in [one.pid for one in found.consumers]


def test_an_idle_host():
    found = busy(make_case(host=HOST))
    assert found.state == "ok"
    assert found.value.value == "0 % of the lane's CPUs' time taken (CPU 0: 0 %), load average 0.1"


def test_one_busy_cpu_of_many_is_enough():
    case = make_case(host=HOST)
    taken = {case.cores.cpus[3]: CpuTimes(busy=30, steal=0, total=100)}
    found = busy(make_case(host=HOST, activity=make_activity(HOST, taken)))
    assert found.state == "warning"
    assert f"(CPU {case.cores.cpus[3]}: 30 %)" in found.value.value


def test_a_little_on_every_cpu_is_enough():
    taken = dict.fromkeys(range(128), CpuTimes(busy=6, steal=0, total=100))
    assert busy(make_case(host=HOST, activity=make_activity(HOST, taken))).state == "warning"
    taken = dict.fromkeys(range(128), CpuTimes(busy=4, steal=0, total=100))
    assert busy(make_case(host=HOST, activity=make_activity(HOST, taken))).state == "ok"


def test_busy_cpus_that_no_lane_gets_do_not_matter():
    case = make_case(host=HOST)
    others = dict.fromkeys(ALL - set(case.cores.cpus), CpuTimes(busy=100, steal=0, total=100))
    assert busy(make_case(host=HOST, activity=make_activity(HOST, others))).state == "ok"


def test_the_processes_on_the_lanes_cpus_are_named():
    lane = make_case(host=HOST).cores.cpus
    elsewhere = ALL - set(lane)
    activity = make_activity(
        HOST,
        {lane[0]: CpuTimes(busy=95, steal=0, total=100)},
        consumers=[
            Consumer(11, "elsewhere", 0.99, elsewhere),
            Consumer(12, "dd", 0.95, ALL),
            Consumer(13, "unknown place", 0.1, frozenset()),
        ],
    )
    found = busy(make_case(host=HOST, activity=activity))
    assert found.value.value.endswith("; dd (process 12, 95 %), unknown place (process 13, 10 %)")
    assert found.fix[-1] == "ps -o pid,user,%cpu,etime,args -p 12,13"


def test_where_nobody_is_seen_the_host_is_asked():
    host = contained(HOST)
    taken = {0: CpuTimes(busy=95, steal=0, total=100)}
    found = busy(make_case(host=host, activity=make_activity(host, taken)))
    assert found.fix[0] == "# on the host, outside the container"
    assert "CPUs 0-31" in found.fix[1]


@pytest.mark.parametrize("check", [busy, steal, smt])
def test_unknown_where_the_counters_are_masked(check):
    found = check(make_case(host=HOST, activity=MASKED))
    assert found.state == "unknown"
    assert MASKED.reason in found.value.reason


def test_nothing_stolen():
    found = steal(make_case(host=SMALL))
    assert (found.state, found.value.value) == ("ok", "0 % of the last second")


def test_stolen_now():
    now = {0: CpuTimes(busy=50, steal=10, total=100)}
    found = steal(make_case(host=SMALL, activity=make_activity(SMALL, now)))
    assert found.state == "warning"
    share = 10 / (100 * len(make_case(host=SMALL).cores.cpus))
    assert found.value.value.startswith(f"{100 * share:.0f} % of the last second")
    assert found.fix[-1].startswith("vmstat ")


def test_an_idle_guest_is_told_what_was_stolen_when_it_worked():
    cpus = make_case(host=SMALL).cores.cpus
    boot = dict.fromkeys(cpus, CpuTimes(busy=97_000, steal=3_000, total=1_000_000))
    found = steal(make_case(host=SMALL, activity=make_activity(SMALL, since_boot=boot)))
    assert found.state == "warning"
    assert found.value.value.endswith("3 % of the time wanted since boot")


def test_little_stolen_since_boot_is_fine():
    cpus = make_case(host=SMALL).cores.cpus
    boot = dict.fromkeys(cpus, CpuTimes(busy=99_500, steal=500, total=1_000_000))
    found = steal(make_case(host=SMALL, activity=make_activity(SMALL, since_boot=boot)))
    assert (found.state, "0.5 %" in found.value.value) == ("ok", True)


@pytest.mark.parametrize("check", [busy, steal, smt])
@pytest.mark.parametrize(
    ("cpuset", "missing"), [("8-9,72-73", "8-9,72-73"), ("1-3,65-67", "65-67")]
)
def test_cpus_that_proc_stat_does_not_count(check, cpuset, missing):
    """A container's own /proc/stat counts its CPUs from 0 on: nothing is known of the lane.

    Not even where the lane's numbers are among those: line 1 is another CPU's.
    """
    host = recorded_host("sapphire-rapids-2s", cpuset=cpuset)
    activity = make_activity(host)
    activity.value.now.clear()
    activity.value.now.update(dict.fromkeys(range(4), IDLE))
    found = check(make_case(host=host, activity=activity))
    assert found.state == "unknown"
    assert found.value.reason.endswith(f"/proc/stat does not count CPUs {missing}")


def test_a_part_of_the_lanes_cpus_that_is_not_counted_leaves_the_load_unknown():
    activity = make_activity(SMALL)
    last = make_case(host=SMALL).cores.cpus[-1]
    del activity.value.now[last]
    found = busy(make_case(host=SMALL, activity=activity))
    assert found.value.reason == f"/proc/stat does not count CPU {last}"


def test_smt_off():
    host = settings(SMALL, smt=Reading(value=False))
    host = host.model_copy(update={"topology": one_thread_a_core(host)})
    found = smt(make_case(host=host))
    assert (found.state, found.value.value) == ("ok", "off")
    hidden = smt(make_case(host=settings(host, smt=Reading(reason="masked"))))
    assert (hidden.state, hidden.value.value) == ("ok", "each core here shows one thread")


def one_thread_a_core(host):
    cpus = [cpu.model_copy(update={"core": cpu.cpu}) for cpu in host.topology.cpus]
    return host.topology.model_copy(update={"cpus": cpus})


def test_smt_on_with_idle_second_threads():
    found = smt(make_case(host=HOST))
    assert found.state == "ok"
    assert found.value.value == "on; the second threads of the lane's cores are idle"


def test_a_second_thread_in_use_even_outside_the_cpuset():
    host = recorded_host("sapphire-rapids-2s", cpuset="0-3")
    # By the recorded numbering CPU 66 is the second thread of core 2.
    taken = {66: CpuTimes(busy=80, steal=0, total=100), 90: CpuTimes(busy=100, steal=0, total=100)}
    found = smt(make_case(host=host, activity=make_activity(host, taken)))
    assert found.state == "warning"
    assert found.value.value == (
        "on, and others have 1 of the lane's 4 second threads: CPUs 66, the busiest for 80 % of "
        "the time"
    )
    assert found.fix == ["echo off | sudo tee /sys/devices/system/cpu/smt/control"]
