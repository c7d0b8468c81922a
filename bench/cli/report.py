"""`bench report`."""

from bench.cli.shared import Folder, Json, note, show


def report(folder: Folder, json: Json = False) -> None:
    """Render a run's tables and charts again, from its `result.json` alone."""
    from bench.report.document.result import result_document
    from bench.report.render import render
    from bench.results.checksums import renew
    from bench.results.folder import opened

    read = opened(folder)
    note(read.notes)
    renew(folder, render(read.result, folder))
    if json:
        print(read.result.model_dump_json(indent=1))
    else:
        show(result_document(read.result))
