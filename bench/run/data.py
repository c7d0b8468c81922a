"""Put the data set in place before any lane runs, in a process of its own."""

from pathlib import Path

from pydantic import ValidationError

from bench.errors import BenchError, Exit
from bench.model.host import Host
from bench.model.plan import Plan
from bench.model.result import Data
from bench.model.workload import DataReply, DataRequest
from bench.run.launch import interpreter, surroundings
from bench.run.supervise import supervise

DATA_LOG = "logs/data.log"
"""Its process's output, a path inside the artifact."""

LIMIT_SECONDS = 3600.0
"""CIFAR-10 has 170 MB: an hour is a very slow line."""


def prepare_data(host: Host, plan: Plan, data_dir: Path, work: Path, artifact: Path) -> Data:
    """Find, download or generate the set the plan asks for. BenchError if it can't be had."""
    request = DataRequest(
        data=plan.data_requested,
        root=str(data_dir.resolve()),
        samples=plan.data_samples,
        seed=plan.seed,
    )
    asked, answered = work / "data-request.json", work / "data-reply.json"
    asked.write_text(request.model_dump_json())
    log = artifact / DATA_LOG
    lane = plan.running[0]
    words = ["-m", "bench.worker.data.prepare", str(asked), str(answered)]
    environment = surroundings(host, lane, work, {})
    supervise([interpreter(host, lane), *words], environment, log, LIMIT_SECONDS)
    try:
        reply = DataReply.model_validate_json(answered.read_text())
    except (OSError, ValidationError):
        reply = DataReply(reason=f"the loader ended without an answer, see {log}")
    if reply.spec is None:
        raise BenchError(
            f"there is no data set to train on: {reply.reason}",
            "--data synthetic needs no download; --data-dir names another folder",
            Exit.CANNOT,
        )
    return Data(spec=reply.spec, reason=reply.reason)
