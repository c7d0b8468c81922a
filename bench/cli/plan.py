"""`bench plan`."""

from json import dumps

from bench.cli.options import takes_options
from bench.cli.shared import Json, print_json, show
from bench.plan.options import Options


@takes_options
def plan(options: Options, json: Json = False) -> None:
    """Show what `run` would do here, without doing it."""
    from bench.host.probe import probe
    from bench.plan.make import NoLane, make_plan
    from bench.plan.stacks import stacks_of
    from bench.report.document.plan import lanes_document, plan_document

    try:
        planned = make_plan(probe(stacks=stacks_of(options.stack)), options)
    except NoLane as error:
        if json:
            print(dumps({"lanes": [lane.model_dump() for lane in error.lanes]}, indent=1))
        else:
            show(lanes_document(error.lanes))
        raise
    if json:
        print_json(planned)
    else:
        show(plan_document(planned))
