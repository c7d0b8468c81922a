"""Runs a saved plan in a process of its own, for tests that signal or kill it."""

import sys
from pathlib import Path

from bench.model.plan import Plan
from bench.report.progress import PlainDisplay
from bench.run import saving, session
from bench.run.session import Run
from tests.run.test_run import data_at_once, here


def main(folder: Path, data_dir: Path) -> int:
    session.prepare_data = data_at_once
    saving.render_pictures = lambda result, folder: None
    plan = Plan.model_validate_json((folder / "plan.json").read_text())
    told = PlainDisplay(sys.stderr, plan)
    under_way = Run.begin(here(), plan, folder / "results", ["bench", "run"], told)
    under_way.measure(data_dir)
    return under_way.exit_code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
