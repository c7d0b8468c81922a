"""A site for other programs: `index.json`, a run each, and `index.csv`, a row a measured lane.

`docs/publishing.md` says what each field is.
"""

import csv
import io
import json
from collections.abc import Sequence

from bench.publish.entry import LaneEntry, RunEntry, SpeedUp
from bench.publish.folder import RUNS
from bench.publish.prices import Prices
from bench.publish.spread import over_fp32, torch_of

SITE_SCHEMA = "1.0"
"""A minor version adds fields, a major one changes them."""

SECONDS_AN_HOUR = 3600

COLUMNS = (
    *("run", "id", "page", "archive", "started_at", "profile", "functional_check"),
    *("processor", "generation", "host", "host_sockets", "host_cores"),
    *("lane", "workload", "model", "image_size", "batch", "cores", "sockets", "stack"),
    *("samples_per_second", "samples_per_second_low", "samples_per_second_high"),
    *("end_to_end_samples_per_second", "samples_per_second_per_core"),
    *("samples_per_second_per_socket", "dollars_per_hour", "samples_per_dollar"),
    *("speedup_over_fp32", "speedup_over_fp32_low", "speedup_over_fp32_high"),
    *("speedup_over_best_fp32", "speedup_over_best_fp32_low", "speedup_over_best_fp32_high"),
    "cautions",
)


def index_json(runs: Sequence[RunEntry], prices: Prices) -> bytes:
    """Every run, with the paths of its page, archive and samples, relative to the site."""
    tree = {
        "schema_version": SITE_SCHEMA,
        "runs": [
            {
                "page": page(run),
                "archive": f"{RUNS}/{run.id}.zip",
                "samples": f"{RUNS}/{run.id}.csv",
                "dollars_per_hour": prices.of(run),
                **run.model_dump(),
            }
            for run in runs
        ],
    }
    return json.dumps(tree, separators=(",", ":"), ensure_ascii=True).encode() + b"\n"


def index_csv(runs: Sequence[RunEntry], prices: Prices) -> bytes:
    """A header, then a row a measured lane, of functional checks too."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for run in runs:
        for lane in run.lanes:
            row = _row(run, lane, prices.of(run))
            writer.writerow({name: _safe(value) for name, value in row.items()})
    return out.getvalue().encode()


def page(run: RunEntry) -> str:
    """The path of the run's page, from the site's root."""
    return f"{RUNS}/{run.id}.html"


def samples_a_dollar(lane: LaneEntry, price: float | None) -> float | None:
    """At the median round's compute throughput; None without a price."""
    return None if price is None else lane.compute.median * SECONDS_AN_HOUR / price


def _row(run: RunEntry, lane: LaneEntry, price: float | None) -> dict[str, object]:
    own = {
        "page": page(run),
        "archive": f"{RUNS}/{run.id}.zip",
        "stack": torch_of(lane),
        "samples_per_second": lane.compute.median,
        "samples_per_second_low": lane.compute.low,
        "samples_per_second_high": lane.compute.high,
        "end_to_end_samples_per_second": lane.end_to_end.median if lane.end_to_end else None,
        "samples_per_second_per_core": lane.per_core,
        "samples_per_second_per_socket": lane.per_socket,
        "dollars_per_hour": price,
        "samples_per_dollar": samples_a_dollar(lane, price),
        **_ratio("speedup_over_fp32", over_fp32(lane)),
        **_ratio("speedup_over_best_fp32", lane.over_best_fp32),
    }
    facts = {**run.model_dump(exclude={"lanes"}), **lane.model_dump(), **own}
    return {name: facts[name] for name in COLUMNS}


def _ratio(name: str, ratio: SpeedUp | None) -> dict[str, object]:
    ends = (name, f"{name}_low", f"{name}_high")
    if ratio is None:
        return dict.fromkeys(ends)
    low, high = (ratio.low, ratio.high) if ratio.interval else (None, None)
    return dict(zip(ends, (ratio.value, low, high), strict=True))


def _safe(value: object) -> object:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value
