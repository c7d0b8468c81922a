"""What went on while a lane had its turns: who else had its CPUs, their clock, their energy."""

import os
import time
from collections.abc import Callable, Iterable
from statistics import fmean
from typing import Self, TypeVar

from bench.host.files import Files
from bench.host.hierarchy import find
from bench.model.base import Reading
from bench.model.process import EnergyTurn, Noise
from bench.run.counters import JIFFIES, Counters, difference, read_counters
from bench.run.energy import Meter
from bench.run.sensors import frequency_mhz, temperature_celsius, temperature_sensors

N = TypeVar("N", int, float)

MACHINE = Files()


class Watch:
    """What else wanted a lane's CPUs, summed over the turns that this is entered for.

    `session` is the id of the lane's session: its leader's process id, so this is made right after
    the leader has started.

    The CPU time of others is that of the lane's CPUs less that of its session, the small difference
    of two large figures: each is counted in jiffies (10 ms), and time that the session had on other
    CPUs makes it smaller. It is never negative: 0 is none that can be told. Throttling is that of
    the process's cgroup and all above it that can be seen, its seconds added up over CPUs, as the
    kernel does.
    """

    def __init__(self, cpus: list[int], session: int, files: Files = MACHINE) -> None:
        self._load = Reading(value=os.getloadavg()[0])
        self._cpus, self._session, self._files = cpus, session, files
        self._quota = find(files, "cpu")
        self._sensors = temperature_sensors(files)
        self._meter = Meter.of(files, cpus)
        self._energy: list[Reading[EnergyTurn]] = []
        self._turns: list[tuple[Counters, Counters]] = []
        self._frequencies: list[Reading[float]] = []
        self._temperatures: list[Reading[float]] = []

    def __enter__(self) -> Self:
        self._before = self._counters()
        # The last look before the turn and the first one after it: a package never rests.
        self._began, self._used = time.monotonic(), self._meter.read(self._files)
        return self

    def __exit__(self, *_: object) -> None:
        used, seconds = self._meter.read(self._files), time.monotonic() - self._began
        self._energy.append(self._meter.turn(self._began, seconds, self._used, used))
        self._turns.append((self._before, self._counters()))
        # After the counters: the kernel may take its time, and the turn is over.
        self._frequencies.append(frequency_mhz(self._files, self._cpus))
        self._temperatures.append(temperature_celsius(self._files, self._sensors))

    def forget(self) -> None:
        """Leave the last turn out, as if this had not been entered for it."""
        for each in (self._energy, self._turns, self._frequencies, self._temperatures):
            each.pop()

    def noise(self) -> Noise:
        """The sums over the turns until now; the mean of the clocks, the highest temperature."""
        if not self._turns:
            return _unknown("it had no turn", self._load)
        return Noise(
            load_before=self._load,
            watched_seconds=sum(after.at - before.at for before, after in self._turns),
            steal_seconds=self._seconds(lambda counters: counters.stolen, JIFFIES),
            others_cpu_seconds=self._seconds(lambda counters: counters.others, JIFFIES),
            throttled_periods=self._growth(lambda counters: counters.throttled_periods),
            throttled_seconds=self._seconds(lambda counters: counters.throttled, 1e9),
            frequency_mhz=_over(self._frequencies, fmean),
            temperature_celsius=_over(self._temperatures, max),
            energy=self._meter.energy(
                self._energy, self._seconds(lambda counters: counters.others_on_package, JIFFIES)
            ),
        )

    def _counters(self) -> Counters:
        return read_counters(self._files, self._cpus, self._meter.cpus, self._session, self._quota)

    def _seconds(self, of: Callable[[Counters], Reading[int]], a_second: float) -> Reading[float]:
        """What a counter grew by in all turns, in seconds, of which each is so many counts."""
        growth = self._growth(of)
        if growth.value is None:
            return Reading(reason=growth.reason)
        return Reading(value=max(0, growth.value) / a_second)

    def _growth(self, of: Callable[[Counters], Reading[int]]) -> Reading[int]:
        """What a counter grew by in all turns; unknown if it was in one."""
        return _over([difference(of(after), of(before)) for before, after in self._turns], sum)


def unwatched(reason: str) -> Noise:
    """The noise of a process that nobody watched, and why nobody did."""
    return _unknown(reason, load=Reading(reason=reason))


def _unknown(reason: str, load: Reading[float]) -> Noise:
    return Noise(
        load_before=load,
        watched_seconds=0.0,
        steal_seconds=Reading(reason=reason),
        others_cpu_seconds=Reading(reason=reason),
        throttled_periods=Reading(reason=reason),
        throttled_seconds=Reading(reason=reason),
        frequency_mhz=Reading(reason=reason),
        temperature_celsius=Reading(reason=reason),
        energy=Reading(reason=reason),
    )


def _over(readings: list[Reading[N]], combine: Callable[[Iterable[N]], N]) -> Reading[N]:
    """The turns' readings combined; the first that is unknown if one is."""
    unknown = next((each for each in readings if each.value is None), None)
    known = [each.value for each in readings if each.value is not None]
    return unknown or Reading(value=combine(known))
