"""What else went on while a process ran: who else had the CPUs."""

import psutil

from bench.results.schema import Noise


class Watch:
    """Begins when made; `noise` tells what came since."""

    def __init__(self) -> None:
        self._load = psutil.getloadavg()[0]
        self._steal = _steal_seconds()

    def noise(self) -> Noise:
        """The load as it was at the beginning, and the time stolen since, of all CPUs."""
        return Noise(load_before=self._load, steal_seconds=_steal_seconds() - self._steal)


def _steal_seconds() -> float:
    """Seconds that the hypervisor gave to others while this host wanted to run, from /proc/stat."""
    return float(getattr(psutil.cpu_times(), "steal", 0.0))
