"""OpenMetrics text 1.0: gauges, one a measure, with others for its low and its high."""

from itertools import chain

from bench.model.measure import Measure
from bench.model.result import Result
from bench.text import one_line

_UNITS = {
    "samples/s": "samples_per_second",
    "joules/sample": "joules_per_sample",
    "samples/joule": "samples_per_joule",
}


class OpenMetrics:
    """Lanes are labels; what was measured, and where, is a gauge of value 1."""

    name = "openmetrics"
    suffix = ".txt"

    def export(self, measures: list[Measure], result: Result) -> bytes:
        """Each gauge's lines stand together, as the format asks."""
        families = {
            "bench_run_info": [*_head("bench_run_info", "", "What was measured, and where.")]
        }
        families["bench_run_info"].append(f"bench_run_info{_labels(**_run(result))} 1")
        for each in measures:
            unit = _UNITS.get(each.unit, each.unit)
            for part, value in (("", each.value), ("_low", each.low), ("_high", each.high)):
                if value is not None:
                    name = f"bench_{each.name}{part}_{unit}"
                    lines = families.setdefault(name, _head(name, unit, _help(each, part)))
                    lines.append(f"{name}{_labels(lane=each.lane)} {value!r}")
        return "\n".join([*chain.from_iterable(families.values()), "# EOF\n"]).encode()


def _head(name: str, unit: str, text: str) -> list[str]:
    units = [f"# UNIT {name} {unit}"] if unit else []
    return [f"# TYPE {name} gauge", *units, f"# HELP {name} {text}"]


def _help(measure: Measure, part: str) -> str:
    end = {"": "", "_low": ", the low end of its range", "_high": ", the high end of its range"}
    better = f" ({measure.better} is better)" if measure.better else ""
    return f"{measure.name.replace('_', ' ').capitalize()}{end[part]}{better}."


def _run(result: Result) -> dict[str, str]:
    models = dict.fromkeys(lane.workload.model for lane in result.plan.lanes)
    return {
        "host": result.host.name or result.host.id,
        "cpu": result.host.cpu.brand.value or "unknown",
        "profile": result.plan.profile,
        "model": ",".join(models),
        "started_at": result.started_at,
        "version": result.kit.version,
    }


def _labels(**labels: str) -> str:
    pairs = (f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{','.join(pairs)}}}"


def _escaped(value: str) -> str:
    return one_line(value).replace("\\", r"\\").replace('"', r"\"")
