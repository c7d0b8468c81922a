"""`bench probe`."""

from typing import Annotated

from bench.cli.options import WORDS
from bench.cli.shared import Identify, Json, show


def probe(
    stack: Annotated[list[str] | None, WORDS["stack"]] = None,
    json: Json = False,
    identify: Identify = False,
) -> None:
    """Show what this host is and may do, and which lanes match it."""
    from bench.host import probe as hosts
    from bench.plan.cores import lane_cores
    from bench.plan.match import matches
    from bench.plan.stacks import stacks_of
    from bench.report.document.host import host_document, host_json

    host = hosts.probe(identify=identify, stacks=stacks_of(stack))
    cores, lanes = lane_cores(host), matches(host)
    if json:
        print(host_json(host, cores, lanes))
    else:
        show(host_document(host, cores, lanes))
