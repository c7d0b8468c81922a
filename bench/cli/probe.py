"""`bench probe`."""

from bench.cli.shared import Identify, Json, show


def probe(json: Json = False, identify: Identify = False) -> None:
    """Show what this host is and may do, and which lanes match it."""
    from bench.host import probe as hosts
    from bench.plan.cores import lane_cores
    from bench.plan.match import matches
    from bench.report.document.host import host_document, host_json

    host = hosts.probe(identify=identify)
    cores, lanes = lane_cores(host), matches(host)
    if json:
        print(host_json(host, cores, lanes))
    else:
        show(host_document(host, cores, lanes))
