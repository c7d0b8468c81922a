"""One of each kind, thrown away: one file and one entry each, added to a copy of the kit."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]

FILES = {
    "bench/worker/engines/thrown.py": "from bench.worker.engines.stock import *\n",
    "bench/worker/workloads/thrown.py": "from bench.worker.workloads.resnet18 import *\n",
    "bench/report/exports/thrown.py": """
class Thrown:
    name = "thrown"
    suffix = ".txt"

    def export(self, measures, result):
        return "\\n".join(f"{each.lane} {each.name}" for each in measures).encode()
""",
}
ENTRIES = {
    "bench/plan/catalogue/engines.py": """
ENGINES["thrown"] = EngineFacts(
    name="thrown", title="thrown away", requires=PYTORCH, libraries_bytes=640 * MIB,
    start_cpu_seconds=7.0,
)
""",
    "bench/plan/catalogue/workloads.py": """
from dataclasses import replace
WORKLOADS["thrown"] = replace(WORKLOADS["resnet18"], name="thrown", title="Thrown", unit="thing")
""",
    "bench/plan/catalogue/lanes.py": """
from dataclasses import replace
LANES.append(replace(LANES[0], id="fp32-thrown", title="FP32, thrown away", engine="thrown"))
""",
    "bench/report/exports/__init__.py": """
from bench.report.exports.thrown import Thrown
EXPORTERS["thrown"] = Thrown()
""",
}


@pytest.fixture(scope="module")
def kit(tmp_path_factory):
    tree = tmp_path_factory.mktemp("kit")
    shutil.copytree(ROOT / "bench", tree / "bench", ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in FILES.items():
        (tree / name).write_text(text)
    for name, text in ENTRIES.items():
        with (tree / name).open("a") as file:
            file.write(text)
    return tree


def bench(kit, *arguments):
    """Run the copy; its workers work with it too, whatever is installed in their stack."""
    command = [sys.executable, "-m", "bench", *arguments]
    done = subprocess.run(command, cwd=kit, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done


def test_one_file_and_one_entry_are_enough(kit):
    options = ("--profile", "smoke", "--model", "thrown", "--lane", "fp32-thrown,fp32")
    planned = json.loads(bench(kit, "plan", *options, "--json").stdout)
    assert [lane["id"] for lane in planned["lanes"]] == ["fp32", "fp32-thrown"]
    assert "Thrown" in bench(kit, "plan", *options).stdout
    bench(kit, "run", *options, "--data", "synthetic")
    folder = str(kit / "results" / "latest")
    assert "thing/s" in bench(kit, "report", folder).stdout
    assert bench(kit, "verify", folder).stdout.startswith("valid")
    exported = bench(kit, "export", folder, "--format", "thrown").stdout
    assert any(line.startswith("fp32-thrown ") for line in exported.splitlines())
    assert json.loads(bench(kit, "doctor", "--json").stdout)["findings"]
