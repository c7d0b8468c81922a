import os
from pathlib import Path

import pytest

from bench.host.proc_stat import CpuTimes, cpu_times


def test_each_cpus_own_line():
    text = (
        "cpu  9 9 9 9 9 9 9 9 9 9\ncpu0 1 2 3 40 5 6 7 8 90 90\ncpu12 0 0 0 1 0 0 0 0 0 0\nintr 7"
    )
    # Waiting for a disk is idle, stolen time is in use by nobody here, guests are in user's.
    assert cpu_times(text) == {0: CpuTimes(busy=19, steal=8, total=72), 12: CpuTimes(0, 0, 1)}


def test_what_was_added_since():
    assert CpuTimes(30, 5, 100).since(CpuTimes(10, 4, 50)) == CpuTimes(20, 1, 50)


@pytest.mark.parametrize("text", ["", "cpu  1 2 3 4 5 6 7 8 0 0\nintr 1 2 3"])
def test_a_file_that_counts_no_cpu_is_an_error(text):
    with pytest.raises(ValueError, match="no CPU"):
        cpu_times(text)


@pytest.mark.skipif(not Path("/proc/stat").exists(), reason="needs Linux")
def test_this_machines_cpus_are_counted():
    times = cpu_times(Path("/proc/stat").read_text())
    assert set(times) >= os.sched_getaffinity(0)
    assert all(0 <= each.busy + each.steal <= each.total for each in times.values())
