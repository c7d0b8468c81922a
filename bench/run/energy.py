"""The energy that a lane's packages used in its turns: a look at their counters before and after.

Which package used it is known, and not which process: the idle power of the package and whatever
else ran on it are part of it.
"""

from dataclasses import dataclass

from bench.host.files import Files
from bench.host.powercap import Package, cpus_by_socket, microjoules, packages
from bench.model.base import Reading
from bench.model.process import Energy, EnergyTurn

WATTS_MOST = 2000.0
"""No package uses more, several times the largest one's rated power: what looks like more is a
counter that was set back, and after as many joules as it counts it may have begun again unseen."""

COUNTS_SECONDS = 0.1
"""In so long every counter that counts has moved: they are renewed each millisecond."""

NONE_OF_ITS_CPUS = "no energy counter is one of the lane's packages"

Counts = tuple[Reading[int], ...]


@dataclass(frozen=True)
class Meter:
    """The counters of the packages that a lane's CPUs are on; a reason, if there are none."""

    packages: list[Package]
    cpus: list[int]
    """All CPUs of those packages, whoever has them."""
    reason: str | None = None

    @classmethod
    def of(cls, files: Files, cpus: list[int]) -> "Meter":
        """The meter of a lane on these CPUs."""
        there = packages(files)
        if there.value is None:
            return cls([], [], there.reason)
        by_socket = cpus_by_socket(files)
        sockets = {socket for socket, own in by_socket.items() if set(own) & set(cpus)}
        own = [each for each in there.value if each.socket in sockets]
        if {each.socket for each in own} != sockets or not own:
            return cls([], [], NONE_OF_ITS_CPUS)
        return cls(own, sorted(cpu for socket in sockets for cpu in by_socket[socket]))

    def read(self, files: Files) -> Counts:
        """What each counter shows now."""
        return tuple(microjoules(files, each) for each in self.packages)

    def turn(self, at: float, seconds: float, before: Counts, after: Counts) -> Reading[EnergyTurn]:
        """What each package used in a turn; the first reason why it is not known of one."""
        used = [
            _joules(package, seconds, first, last)
            for package, first, last in zip(self.packages, before, after, strict=True)
        ]
        known = [each.value for each in used if each.value is not None]
        if len(known) < len(used):
            return Reading(reason=next(each.reason for each in used if each.value is None))
        return Reading(value=EnergyTurn(at=at, seconds=seconds, joules=known))

    def energy(
        self, turns: list[Reading[EnergyTurn]], others_cpu_seconds: Reading[float]
    ) -> Reading[Energy]:
        """Of all turns of which it is known; if of none, why not of the first."""
        if self.reason is not None:
            return Reading(reason=self.reason)
        known = [each.value for each in turns if each.value is not None]
        if not known:
            return Reading(reason=turns[0].reason if turns else "it had no turn")
        return Reading(
            value=Energy(
                packages=[each.name for each in self.packages],
                cpus=len(self.cpus),
                others_cpu_seconds=others_cpu_seconds,
                turns=known,
            )
        )


def _joules(
    package: Package, seconds: float, before: Reading[int], after: Reading[int]
) -> Reading[float]:
    """What the counter grew by, if it may have begun again once at most."""
    if before.value is None or after.value is None:
        return Reading(reason=before.reason or after.reason)
    grown, span, most = after.value - before.value, package.range_microjoules, WATTS_MOST * seconds
    if grown < 0:
        if span is None:
            return Reading(reason=f"{package.name}'s energy counter went back")
        grown += span
    joules = grown / 1e6
    if not 0 <= joules <= most:
        return Reading(reason=f"{package.name}'s energy counter was set back or jumped")
    if span is not None and most > span / 1e6:
        return Reading(
            reason=f"{package.name}'s energy counter may begin again within {seconds:.0f} s"
        )
    if joules == 0 and seconds >= COUNTS_SECONDS:
        return Reading(reason=f"{package.name}'s energy counter stands still")
    return Reading(value=joules)
