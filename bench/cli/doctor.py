"""`bench doctor`."""

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.shared import DataDir, Json, Results, show

Strict = Annotated[bool, typer.Option("--strict", help="A warning, too, ends with exit code 1.")]


def doctor(
    results: Results = Path("results"),
    data_dir: DataDir = Path("data"),
    strict: Strict = False,
    json: Json = False,
) -> None:
    """Tell whether this host is ready for numbers worth publishing, and what to change."""
    from bench.doctor import diagnose
    from bench.doctor.case import Case
    from bench.doctor.finding import exit_code
    from bench.host.probe import probe
    from bench.report.document.doctor import doctor_document, doctor_json

    host = probe()
    findings = diagnose(Case.of(host, results, data_dir))
    if json:
        print(doctor_json(host, findings))
    else:
        show(doctor_document(findings))
    raise typer.Exit(exit_code(findings, strict))
