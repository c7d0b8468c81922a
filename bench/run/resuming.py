"""Going on with a run that is in a folder: whether this kit can, and whether anything is left."""

from pathlib import Path

from bench.analysis.states import to_run
from bench.analysis.stopping import enough
from bench.errors import BenchError, Exit
from bench.host import probe as hosts
from bench.model.result import SCHEMA_VERSION, Result
from bench.plan.options import Options
from bench.plan.resume import resumed
from bench.plan.stacks import stacks_of
from bench.results.folder import opened
from bench.results.privacy import DATA, FOLDER, of_run


def run_in(folder: Path) -> Result:
    """What is in the folder. BenchError if it is nothing that this kit can go on with."""
    read = opened(folder)
    if read.schema != SCHEMA_VERSION:  # saving would drop or rewrite what another kit wrote
        raise BenchError(
            f"{folder} follows schema {read.schema}, and this bench goes on with {SCHEMA_VERSION}",
            "go on with the bench that began it, or begin a new run",
        )
    return read.result


def to_go_on_with(before: Result, folder: Path, options: Options, data_dir: Path) -> Result:
    """The run as it was, with this host's paths in its plan; errors as of `resumed`."""
    if before.plan.data_requested.startswith(f"{FOLDER}{DATA}"):
        if not options.data:
            raise BenchError(
                f"{folder} trains on images of your own, and does not tell where they are",
                "name their folder again: --data folder:PATH",
                Exit.USAGE,
            )
        data_dir = Path(options.data.removeprefix(FOLDER)).expanduser().absolute()
    host = hosts.probe(stacks=stacks_of(options.stack))
    here = of_run(folder, host, before.plan, data_dir)
    return resumed(before.model_copy(update={"plan": here.revealed(before.plan)}), host, options)


def nothing_left(result: Result, folder: Path, options: Options, data_dir: Path) -> str | None:
    """Why a run that has ended would do no more; None if it would, or has not ended.

    Errors as of `to_go_on_with` where options are given: they may be refused, or ask for more.
    """
    if result.status not in ("completed", "failed"):
        return None
    plan = result.plan
    if options != Options():
        plan = to_go_on_with(result, folder, options, data_dir).plan
    if not to_run(plan, result.processes):
        return result.stop_reason
    if result.status == "failed":
        return None
    more = options.rounds or options.time_budget or options.target_precision
    return enough(plan, result.summary, [], 0.0) or (None if more else result.stop_reason)
