"""How fast the CPUs run and how warm they are, where the kernel tells."""

from statistics import fmean

from bench.host.files import Files, parsed
from bench.model.base import Reading

FREQUENCY_CPUS = 8
"""CPUs that are asked for their clock: before Linux 5.18 each may make its reader sleep 10 ms."""

CHIPS = ("coretemp", "k10temp", "zenpower", "cpu_thermal")
"""Drivers of CPU sensors, as `/sys/class/hwmon` names them."""

ZONES = ("x86_pkg_temp", "cpu-thermal", "cpu_thermal")
"""CPUs, as `/sys/class/thermal` names them."""

_HWMON, _THERMAL = "/sys/class/hwmon", "/sys/class/thermal"


def frequency_mhz(files: Files, cpus: list[int]) -> Reading[float]:
    """Mean clock of the CPUs now, or of a few of them evenly spaced, by cpufreq."""
    asked = cpus[:: -(-len(cpus) // FREQUENCY_CPUS)]
    paths = [f"/sys/devices/system/cpu/cpu{cpu}/cpufreq/scaling_cur_freq" for cpu in asked]
    readings = [parsed(files.reading(path), int) for path in paths]
    kilohertz = [each.value for each in readings if each.value is not None]
    if not kilohertz:
        return Reading(reason=readings[0].reason)
    return Reading(value=fmean(kilohertz) / 1000)


def temperature_sensors(files: Files) -> list[str]:
    """The files of the CPUs' temperatures, one a package; [] if there is none."""
    # A chip's first sensor is its package's, which is the hottest of its cores'.
    chips = [f"{_HWMON}/{name}" for name in files.names(_HWMON)]
    first = [f"{chip}/temp1_input" for chip in chips if files.text(f"{chip}/name") in CHIPS]
    packages = [path for path in first if files.exists(path)]
    zones = [f"{_THERMAL}/{name}" for name in files.names(_THERMAL)]
    return packages or [f"{zone}/temp" for zone in zones if files.text(f"{zone}/type") in ZONES]


def temperature_celsius(files: Files, sensors: list[str]) -> Reading[float]:
    """The hottest of the sensors now."""
    readings = [parsed(files.reading(path), int) for path in sensors]
    thousandths = [each.value for each in readings if each.value is not None]
    if thousandths:
        return Reading(value=max(thousandths) / 1000)
    none = f"neither {_HWMON} nor {_THERMAL} has a CPU's, as is usual in a virtual machine"
    return Reading(reason=readings[0].reason if readings else none)
