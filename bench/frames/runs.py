"""The frame `runs`: a row a run, what it trained and on which host."""

from bench.frames.columns import Column, Rows, time
from bench.model.result import Result
from bench.results.schema import Opened

RUNS = (
    Column("run", "category", "", "the run: its folder's name"),
    Column("path", "string", "", "where it was read from"),
    Column("started_at", "datetime64[us, UTC]", "", "when it began"),
    Column("status", "category", "", "`completed`, `interrupted`, `failed` or `running`"),
    Column("profile", "category", "", "e.g. `quick`"),
    Column("functional_check", "boolean", "", "too short to measure by: its figures prove nothing"),
    Column("model", "string", "", "for people, e.g. ResNet-50"),
    Column("sample", "string", "", "a sample's name, e.g. img: what a throughput counts"),
    Column("image_size", "Int64", "pixels", "a side"),
    Column("data", "category", "", "`cifar10`, `synthetic` or `folder`"),
    Column("data_samples", "Int64", "samples", "in an epoch"),
    Column("host", "category", "", "a hash that tells two hosts apart"),
    Column("processor", "string", "", "its brand"),
    Column("hypervisor", "string", "", "missing where there is none, or it is not known"),
    Column("sockets", "Int64", "", "of the whole host"),
    Column("cores", "Int64", "", "of the whole host"),
    Column("baseline", "category", "", "the lane that speed-ups are quoted against"),
    Column("rounds", "Int64", "", "complete ones"),
    Column("kit", "string", "", "the version of bench that measured"),
    Column("notes", "string", "", "what a reader should know, e.g. that it is of an older schema"),
)


def run_row(run: str, path: str, opened: Opened) -> Rows:
    """A run's row."""
    result = opened.result
    return (
        {"run": run, "path": path, "notes": "; ".join(opened.notes) or None}
        | _what(result)
        | _where(result)
    )


def _what(result: Result) -> Rows:
    plan, data = result.plan, result.data.spec if result.data else None
    workload = plan.lanes[0].workload if plan.lanes else None
    return {
        "started_at": time(result.started_at),
        "status": result.status,
        "profile": plan.profile,
        "functional_check": plan.functional_check,
        "model": workload.title if workload else None,
        "sample": workload.unit if workload else None,
        "image_size": workload.image_size if workload else None,
        "data": data.kind if data else None,
        "data_samples": data.samples if data else None,
        "baseline": result.summary.baseline,
        "rounds": result.summary.rounds_completed,
        "kit": result.kit.version,
    }


def _where(result: Result) -> Rows:
    host = result.host
    return {
        "host": host.id,
        "processor": host.cpu.brand.value,
        "hypervisor": host.settings.hypervisor.value,
        "sockets": host.topology.sockets,
        "cores": host.topology.cores,
    }
