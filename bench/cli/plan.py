"""`bench plan`."""

from bench.cli.options import takes_options
from bench.cli.shared import Json, show
from bench.plan.options import Options


@takes_options
def plan(options: Options, json: Json = False) -> None:
    """Show what `run` would do here, without doing it."""
    from bench.host.probe import probe
    from bench.plan.make import make_plan
    from bench.report.document.plan import plan_document

    planned = make_plan(probe(), options)
    if json:
        print(planned.model_dump_json(indent=1))
    else:
        show(plan_document(planned))
