"""Google Benchmark's JSON, as its `tools/compare.py` reads it.

A benchmark is a time there, and less of it is better: throughputs become the time of a sample,
memory and what has no time become counters of the lane's first benchmark.
"""

import json
from typing import Any

from bench.model.measure import Measure
from bench.model.result import Result

NANOSECONDS = 1e9


class GoogleBenchmark:
    """One benchmark a lane and time, e.g. `fp32/compute`, in nanoseconds."""

    name = "google-benchmark"
    suffix = ".json"

    def export(self, measures: list[Measure], result: Result) -> bytes:
        """Ends of ranges have no place in it."""
        benchmarks: list[dict[str, Any]] = []
        counters: dict[str, dict[str, float]] = {}
        for each in measures:
            if each.unit in ("seconds", "samples/s"):
                benchmarks.append(_benchmark(each, _steps(each.lane, result)))
            else:
                counters.setdefault(each.lane, {})[each.name] = each.value
        for benchmark in benchmarks:
            benchmark |= counters.pop(benchmark["name"].partition("/")[0], {})
        return json.dumps(
            {"context": _context(result), "benchmarks": benchmarks}, indent=1
        ).encode()


def _benchmark(measure: Measure, steps: int) -> dict[str, Any]:
    rate = measure.unit == "samples/s"
    time = NANOSECONDS / measure.value if rate else NANOSECONDS * measure.value
    name = f"{measure.lane}/{measure.name.removesuffix('_throughput').removesuffix('_time')}"
    return {
        "name": name,
        "run_name": name,
        "run_type": "iteration",
        "iterations": steps,
        "real_time": time,
        "cpu_time": time,
        "time_unit": "ns",
    } | ({"items_per_second": measure.value} if rate else {})


def _steps(lane: str, result: Result) -> int:
    """Timed compute steps of its completed processes."""
    completed = [p.record for p in result.processes if (p.lane, p.outcome) == (lane, "completed")]
    return sum(len(record.compute.timed) for record in completed if record is not None)


def _context(result: Result) -> dict[str, Any]:
    return {
        "date": result.started_at,
        "host_name": result.host.name or result.host.id,
        "executable": f"bench {result.kit.version}, profile {result.plan.profile}",
        "num_cpus": result.host.topology.threads,
        "library_build_type": "release",
        "cpu_time": "not measured: real_time stands in its place",
    }
