"""Puts a real run into README.md as its example.

    .venv/bin/python scripts/example.py RUN

RUN is a run's folder, as `bench report --write` leaves it. It goes to docs/example/ whole, and the
head of its report, as the kit renders it, between README's two lines, with three of its charts. A
test holds what stands there against what docs/example/result.json is rendered to.
"""

import shutil
import sys
from pathlib import Path

from bench.model.result import Result
from bench.report.charts.catalogue import charts
from bench.report.document.headline import cpu_brand, rounds_words, system, workload
from bench.report.document.result import result_document
from bench.report.media.markdown import markdown
from bench.results.folder import read

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
EXAMPLE = ROOT / "docs" / "example"
CHARTS = ("speedup", "limits", "kernel_time")

BEGIN = "<!-- example: scripts/example.py writes what is between these lines -->\n"
END = "<!-- end of example -->\n"


def block(result: Result) -> str:
    """Where and how it ran, and its report up to the end of its first section."""
    lines = markdown(result_document(result)).splitlines()
    heads = [i for i, line in enumerate(lines) if line.startswith(("# ", "## "))]
    title, lanes, following = heads[:3]
    dropped = (title, title + 1, lanes, lanes + 1)
    shown = [line for i, line in enumerate(lines[:following]) if i not in dropped]
    text = "\n".join(f"**{x[4:]}**" if x.startswith("### ") else x for x in shown).strip()
    pictures = {chart.name: chart.title for chart in charts(result) if chart.name in CHARTS}
    drawn = "\n\n".join(f"![{pictures[name]}](docs/example/charts/{name}.svg)" for name in pictures)
    return f"{where(result)}\n\n{text}\n\n{drawn}\n"


def where(result: Result) -> str:
    """The command, the host, what was trained and the day, as the result has them."""
    host = f"{cpu_brand(result.host)} ({system(result.host)})"
    trained = f"{workload(result.plan, result.data)}; {rounds_words(result)}"
    if disturbed := sum(bool(each.disturbed) for each in result.summary.rounds):
        trained += f", {disturbed} of them disturbed by other work on the host"
    return f"`{' '.join(result.command)}` on {host}, {result.started_at[:10]}: {trained}."


def main(run: Path) -> None:
    """Copy the run's files and write README anew."""
    if EXAMPLE.exists():
        shutil.rmtree(EXAMPLE)
    shutil.copytree(run, EXAMPLE, ignore=shutil.ignore_patterns(".lock"))
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    README.write_text(f"{before}{BEGIN}\n{block(read(EXAMPLE))}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
