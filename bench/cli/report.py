"""`bench report`."""

from bench.cli.shared import Folder, Json, read_result, show


def report(folder: Folder, json: Json = False) -> None:
    """Render a run's tables and charts again, from its `result.json` alone."""
    from bench.report.document.result import result_document
    from bench.report.render import render
    from bench.results.checksums import renew

    result = read_result(folder)
    renew(folder, render(result, folder))
    if json:
        print(result.model_dump_json(indent=1))
    else:
        show(result_document(result))
