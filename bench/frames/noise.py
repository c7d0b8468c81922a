"""The frames `noise`, what went on beside each process, and `rounds`, what disturbed them."""

from bench.frames.columns import PROCESS, Column, Rows, time
from bench.model.process import Energy, Process
from bench.model.summary import RoundState

NOISE = (
    *PROCESS,
    Column("reason", "string", "", "why it did not complete; missing if it did"),
    Column("started_at", "datetime64[us, UTC]", "", "when it was started"),
    Column("wall_seconds", "float64", "s", "from its start to its end, waiting included"),
    Column("cpus", "Int64", "", "CPUs that it had, by its affinity"),
    Column("load_before", "float64", "", "the host's load average at its start, 1 min"),
    Column("watched_seconds", "float64", "s", "of its turns: the next five are of that time alone"),
    Column("steal_seconds", "float64", "s", "CPU time that a hypervisor gave to others"),
    Column(
        "others_cpu_seconds",
        "float64",
        "s",
        "CPU time of other processes on its CPUs, the kernel's included",
    ),
    Column("throttled_periods", "Int64", "", "periods that a CPU quota cut short"),
    Column("throttled_seconds", "float64", "s", "and for how long"),
    Column("energy_joules", "float64", "J", "that its CPUs' packages used in its turns"),
    Column("frequency_mhz", "float64", "MHz", "the kernel's, mean over its CPUs, eight at most"),
    Column("temperature_celsius", "float64", "°C", "the hottest CPU sensor"),
    Column("major_faults", "Int64", "", "pages that were read from disk"),
    Column("context_switches_involuntary", "Int64", "", "times that it had to make room"),
    Column("peak_memory", "float64", "bytes", "the most that was resident"),
)

ROUNDS = (
    Column("run", "category", "", "the run: its folder's name"),
    Column("round", "Int64", "", "from 1"),
    Column("complete", "boolean", "", "whether every lane that was to run completed in it"),
    Column("disturbed", "boolean", "", "whether something was seen that disturbs"),
    Column("what", "string", "", "what was seen, each with its lane; missing if nothing was"),
    Column("weight", "float64", "1", "its share of the ratios' geometric means"),
)


def noise_row(shared: Rows, process: Process) -> Rows:
    """A process's row; what was observed is its first rank's."""
    noise, observed = process.noise, process.record.observed if process.record else None
    return shared | {
        "reason": process.reason,
        "started_at": time(process.started_at),
        "wall_seconds": process.wall_seconds,
        "cpus": len(observed.affinity_at_start) if observed else None,
        "load_before": noise.load_before.value,
        "watched_seconds": noise.watched_seconds,
        "steal_seconds": noise.steal_seconds.value,
        "others_cpu_seconds": noise.others_cpu_seconds.value,
        "throttled_periods": noise.throttled_periods.value,
        "throttled_seconds": noise.throttled_seconds.value,
        "energy_joules": _joules(noise.energy.value),
        "frequency_mhz": noise.frequency_mhz.value,
        "temperature_celsius": noise.temperature_celsius.value,
        "major_faults": observed.major_faults if observed else None,
        "context_switches_involuntary": observed.context_switches_involuntary if observed else None,
        "peak_memory": observed.peak_memory_bytes if observed else None,
    }


def _joules(energy: Energy | None) -> float | None:
    return None if energy is None else sum(each for turn in energy.turns for each in turn.joules)


def round_row(run: str, state: RoundState) -> Rows:
    """A round's row."""
    return {
        "run": run,
        "round": state.round,
        "complete": state.complete,
        "disturbed": bool(state.disturbed),
        "what": "; ".join(state.disturbed) or None,
        "weight": state.weight,
    }
