"""`bench doctor`."""

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import WORDS
from bench.cli.shared import DataDir, Json, Results, show
from bench.plan.options import Options

Strict = Annotated[bool, typer.Option("--strict", help="A warning, too, ends with exit code 1.")]


def doctor(
    profile: Annotated[str | None, WORDS["profile"]] = None,
    model: Annotated[str | None, WORDS["model"]] = None,
    lane: Annotated[list[str] | None, WORDS["lane"]] = None,
    stack: Annotated[list[str] | None, WORDS["stack"]] = None,
    cores: Annotated[str | None, WORDS["cores"]] = None,
    node: Annotated[int | None, WORDS["node"]] = None,
    batch_size: Annotated[int | None, WORDS["batch_size"]] = None,
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
    from bench.plan.stacks import stacks_of
    from bench.report.document.doctor import doctor_document, doctor_json

    host = probe(stacks=stacks_of(stack))
    options = Options(
        profile=profile, model=model, lane=lane, stack=stack, cores=cores, node=node,
        batch_size=batch_size,
    )  # fmt: skip
    findings = diagnose(Case.of(host, results, data_dir, options=options))
    if json:
        print(doctor_json(host, findings))
    else:
        show(doctor_document(findings))
    raise typer.Exit(exit_code(findings, strict))
