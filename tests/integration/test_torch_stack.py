"""Today's PyTorch in the stack of its own, eager and compiled: in a real run, and killed in one."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from bench.analysis.contradictions import rank_contradictions
from bench.host.probe import probe
from bench.model.process import Rank
from bench.model.record import RankRecord
from bench.results.folder import read
from bench.run.leftovers import work_folder
from tests.integration.specs import make_spec, setup_of
from tests.integration.test_faults import running, wait_for
from tests.integration.test_worker import go, heard
from tests.lanes import make_lane

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
BENCH = Path(sys.executable).with_name("bench")
VECTORS = {"AVX512_CORE": "avx512", "AVX2": "avx2"}
"""What inductor calls the set under a ceiling."""

WITH_A_TINY_MODEL = """
import sys
from bench.worker import workloads
workloads.__path__.append(sys.argv.pop())
from bench.worker.__main__ import main
main(sys.argv[1:])
"""
TINY = """
import torch
from bench.worker.workloads.images import batch, loss
def build(workload, classes):
    layers = torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Flatten()
    return torch.nn.Sequential(*layers, torch.nn.Linear(3600, classes))
"""


@pytest.fixture(scope="module")
def python() -> str:
    stack = probe().stack("torch")
    if stack is None or stack.python.value is None:
        pytest.skip(f"there is no stack torch: {stack and stack.python.reason}")
    return stack.python.value


@pytest.fixture(scope="module")
def compiler(python) -> None:
    if shutil.which("g++") is None:
        pytest.skip("there is no g++")


@pytest.fixture(scope="module")
def run(python, compiler, tmp_path_factory):
    """Two rounds of the FP32 lanes: the folder and the result."""
    folder = tmp_path_factory.mktemp("torch")
    done = subprocess.run(
        [
            *(BENCH, "run", "--profile", "smoke", "--model", "resnet18", "--rounds", "2"),
            *("--lane", "fp32-torch,fp32-compile,fp32", "--data", "synthetic"),
            *("--results", folder / "results", "--data-dir", folder),
        ],
        env={**os.environ, "BENCH_TEST": str(folder)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert at_work(folder) == []
    return (folder / "results" / "latest").resolve(), read(folder / "results" / "latest")


def records(result, lane: str) -> list[RankRecord]:
    return [each.record for each in result.processes if each.lane == lane]


def test_it_is_compiled_cold_in_the_first_round_and_found_again_in_the_second(run):
    cold, warm = (each.compilation for each in records(run[1], "fp32-compile"))
    assert (cold.cold, warm.cold) == (True, False)
    assert (cold.graphs, cold.graph_breaks, cold.recompiled) == (1, 0, 0)
    assert (warm.graphs, warm.graph_breaks, warm.recompiled) == (1, 0, 0)
    for lane in ("fp32", "fp32-torch"):
        assert [each.compilation for each in records(run[1], lane)] == [None, None]
    with work_folder(run[0]) as work:
        assert list(work.iterdir()) == [], "what it compiled went with the run"


def test_the_generated_code_is_of_the_hosts_vector_set_in_both_rounds(run):
    cold, warm = (each.compilation.generated for each in records(run[1], "fp32-compile"))
    assert cold.vector_set == VECTORS[setup_of("stock-fp32")["ceiling"]]
    assert cold.kernels > 10
    own = "avx512_core" if cold.vector_set == "avx512" else "avx2"
    if shutil.which("objdump"):
        assert cold.instructions[own] > 0
        assert set(cold.instructions) <= {"sse41", "avx2", own}
    assert warm == cold


def test_every_process_is_of_its_lane_and_left_evidence(run):
    for process in run[1].processes:
        assert (process.outcome, process.contradictions) == ("completed", [])
        stack = run[1].plan.lane(process.lane).setup.stack
        assert process.record.observed.torch_path.startswith(f"{{stack:{stack}}}")
        assert {each.primitive for each in process.kernels} >= {"convolution"}


def test_the_losses_of_the_same_batches_agree(run):
    plain = records(run[1], "fp32")[0].losses
    assert len(plain) >= 4
    for lane in ("fp32-torch", "fp32-compile"):
        for record in records(run[1], lane):
            assert record.losses[:4] == pytest.approx(plain[:4], rel=0.02)
            assert record.losses[0] == pytest.approx(plain[0], rel=1e-4)


def tiny(folder: Path, **changes) -> list[str]:
    """A tiny model's spec for the compiled engine, and the words after Python that train it."""
    setup = {"engine": "compile", "stack": "torch", "batch_size": 4}
    setup |= changes.pop("setup", {})
    spec = make_spec(folder, setup=setup, workload={"model": "tiny"}, **changes)
    (folder / "spec.json").write_text(spec.model_dump_json())
    (folder / "tiny.py").write_text(TINY)
    return ["-c", WITH_A_TINY_MODEL, str(folder / "spec.json"), str(folder)]


def surroundings(folder: Path, **variables: str) -> dict[str, str]:
    """The environment of a worker by hand, with a home and a place for temporary files."""
    for name in ("home", "tmp"):
        (folder / name).mkdir(exist_ok=True)
    places = {"HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp")}
    own = {"TORCHINDUCTOR_COMPILE_THREADS": "2", "PYTHONPATH": str(ROOT)}
    return {**os.environ, **setup_of("stock-fp32")["environment"], **own, **places, **variables}


def record(folder: Path) -> RankRecord:
    return RankRecord.model_validate_json((folder / "record.json").read_text())


def test_batches_of_two_sizes_are_compiled_beforehand_and_nothing_is_left(
    python, compiler, tmp_path
):
    """Whole epochs, as in Intel's sample: their last batch is a small one."""
    command = tiny(tmp_path, effort={"whole_epochs": 2}, guarded=True)
    with subprocess.Popen(
        [python, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=surroundings(tmp_path),
    ) as worker:
        assert heard(worker, "waiting")
        go(worker)
        assert heard(worker, "compile")
        assert heard(worker, "waiting")
        assert psutil.Process(worker.pid).children(recursive=True) == []
        for _ in range(3):
            go(worker)
        assert not heard(worker, "no other word")
        worker.wait(20)
    left = record(tmp_path)
    assert (worker.returncode, left.outcome) == (0, "completed"), left.failure
    assert (left.compilation.graphs, left.compilation.recompiled) == (2, 0)
    assert left.compilation.cold
    assert list((tmp_path / "home").iterdir()) == list((tmp_path / "tmp").iterdir()) == []
    compiled = left.losses
    assert len(compiled) == 2 * 3

    eager = tiny(tmp_path, effort={"whole_epochs": 2}, setup={"engine": "stock"})
    subprocess.run([python, *eager], env=surroundings(tmp_path), check=True, capture_output=True)
    assert record(tmp_path).losses == pytest.approx(compiled, rel=1e-3)


def test_a_lane_whose_code_is_told_to_use_another_vector_set_is_caught(python, compiler, tmp_path):
    lie = {"TORCHINDUCTOR_VEC_ISA_OK": "0"}
    done = subprocess.run(
        [python, *tiny(tmp_path)], env=surroundings(tmp_path, **lie), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    left = record(tmp_path)
    assert left.observed.versions["g++"].count(".") == 2
    assert left.compilation.generated.vector_set == "scalar"
    ceiling = setup_of("stock-fp32")["ceiling"]
    lane = make_lane("fp32", engine="compile", ceiling=ceiling, instruction_set=ceiling.lower())
    said = [each for each in rank_contradictions(lane, Rank(record=left)) if "scalar" in each]
    assert len(said) == 1


CEILINGS = """
import os, sys
from pathlib import Path
import torch
from bench.worker.engines.compile import compiler
from torch._inductor import config, cpu_vec_isa
answers = ("avx2", "avx512", "vnni", "avx512_bf16", "amx_tile")
for ceiling, has in (words.split(":") for words in sys.argv[2:]):
    for answer in answers:  # of a host that has so many of them
        known = answer in answers[: int(has)]
        setattr(torch.cpu, f"_is_{answer}_supported", lambda known=known: known)
    config.cpp.march, os.environ["ONEDNN_MAX_CPU_ISA"] = None, ceiling
    compiler(Path(sys.argv[1]))
    sets = cpu_vec_isa.x86_isa_checker()
    print(ceiling, sets[-1], torch.cpu._is_avx512_bf16_supported(), config.cpp.march)
"""


def test_inductor_and_its_compiler_know_of_nothing_above_the_ceiling(python, tmp_path):
    """On hosts by the answers that torch gives: what they have is what it is told of otherwise."""
    cases = {
        "AVX2:5": "avx2 False haswell",
        "AVX512_CORE:5": "avx512 False skylake-avx512",
        "AVX512_CORE_BF16:5": "avx512_vnni True cooperlake",
        "AVX512_CORE_BF16:4": "avx512_vnni True cooperlake",
        "AVX512_CORE_AMX:5": "amx_tile True native",
        "AVX512_CORE:1": "avx2 False None",  # the compiler takes what the host has
        "AVX512_CORE_BF16:3": "avx512_vnni False None",
    }
    command = [python, "-c", CEILINGS, str(tmp_path), *cases]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.splitlines() == [
        f"{case.partition(':')[0]} {told}" for case, told in cases.items()
    ], done.stderr


@pytest.mark.parametrize(
    ("compiles", "sentence"),
    [
        (None, "there is no working C++ compiler (g++), which torch.compile needs"),
        ("echo 'x.cpp:1: fatal error: no room' >&2; exit 1", "the C++ compiler failed: "),
    ],
)
def test_a_compiler_that_is_missing_or_fails_is_the_lanes_failure(
    compiles, sentence, python, compiler, tmp_path
):
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("as", "ld", "openssl", "sh"):
        if found := shutil.which(name):
            (programs / name).symlink_to(found)
    if compiles is not None:
        asked = f'case "$1" in --version) exec {shutil.which("g++")} "$@";; esac'
        (programs / "g++").write_text(f"#!/bin/sh\n{asked}\n{compiles}\n")
        (programs / "g++").chmod(0o755)
    done = subprocess.run(
        [python, *tiny(tmp_path)],
        env=surroundings(tmp_path, PATH=str(programs)),
        capture_output=True,
        text=True,
    )
    left = record(tmp_path)
    assert (done.returncode, left.outcome) == (1, "failed")
    assert left.failure.kind == "CompilerFailed"
    assert left.failure.message.startswith(sentence)
    assert "\n" not in left.failure.message
    assert (left.compilation, left.losses) == (None, [])


def test_fp32_may_be_computed_in_bf16_where_the_lane_says_so(python, tmp_path):
    setup = {"engine": "stock", "fp32_math": "bf16"}
    command = [python, *tiny(tmp_path, setup=setup)]
    subprocess.run(command, env=surroundings(tmp_path), check=True, capture_output=True)
    lines = (tmp_path / "evidence.txt").read_text().splitlines()
    convolutions = [line for line in lines if ",exec,cpu,convolution," in line]
    assert convolutions
    # Below AVX-512, torch passes no math mode on.
    told = probe().usable("avx512f", "avx512bw", "avx512dq", "avx512vl")
    assert {"attr-fpmath:bf16" in line for line in convolutions} == {told}


def test_every_operator_with_a_switch_is_told(python):
    code = """if True:
        from bench.worker import fp32_math
        import torch
        fp32_math.allow("bf16")
        print(*(getattr(torch.backends.mkldnn, x).fp32_precision for x in fp32_math.OPERATORS))"""
    done = subprocess.run([python, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split() == ["bf16"] * 3, done.stderr


def test_a_torch_that_has_no_switch_for_that_says_so(tmp_path):
    import torch

    if hasattr(torch.backends.mkldnn, "conv"):
        pytest.skip("this torch has it")
    command = [sys.executable, *tiny(tmp_path, setup={"engine": "stock", "fp32_math": "bf16"})]
    assert subprocess.run(command, env=surroundings(tmp_path), capture_output=True).returncode == 1
    message = record(tmp_path).failure.message
    assert message.endswith("can't be told to compute FP32 in bf16: it has no "
                            "torch.backends.mkldnn.conv.fp32_precision")  # fmt: skip


def at_work(folder: Path, name: str | None = None) -> list[psutil.Process]:
    """Processes of the run that is marked by the folder, by the name of their program."""
    found = []
    for process in psutil.process_iter(["name", "status"]):
        try:
            mine = process.environ().get("BENCH_TEST") == str(folder)
        except psutil.Error:
            continue
        if mine and name in (None, process.info["name"]):
            found.append(process)
    return found


@pytest.fixture
def compiling(python, compiler, tmp_path):
    """Start a run of the compiled lane; comes back when the C++ compiler is at work."""

    def begin(*arguments: str):
        marked = {"BENCH_TEST": str(tmp_path)}
        return running(tmp_path, "--lane", "fp32-compile", *arguments, **marked)

    return begin


def until_it_compiles(tmp_path: Path) -> None:
    wait_for(lambda: at_work(tmp_path, "cc1plus"), seconds=180)


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_while_it_compiles_leaves_nothing_running(signum, code, compiling, tmp_path):
    with compiling() as controller:
        until_it_compiles(tmp_path)
        controller.send_signal(signum)
        said, _ = controller.communicate(timeout=60)
    assert controller.returncode == code, said
    assert "Traceback" not in said
    assert at_work(tmp_path) == []
    result = read(tmp_path / "results" / "latest")
    (process,) = result.processes
    assert (result.status, process.outcome) == ("interrupted", "interrupted")
    assert process.record.compilation is None
    with work_folder((tmp_path / "results" / "latest").resolve()) as work:
        assert list(work.iterdir()) == []


def test_a_worker_killed_while_it_compiles_is_its_lanes_failure(compiling, tmp_path):
    with compiling() as controller:
        until_it_compiles(tmp_path)
        for process in at_work(tmp_path):
            if any(word.endswith("bench.worker") for word in process.cmdline()):
                process.kill()
        said, _ = controller.communicate(timeout=60)
    assert controller.returncode == 1, said
    assert at_work(tmp_path) == []
    (process,) = read(tmp_path / "results" / "latest").processes
    assert process.outcome == "failed"
    assert "left no record" in process.reason


def test_a_controller_killed_while_a_lane_compiles_leaves_nothing_running(compiling, tmp_path):
    with compiling() as controller:
        until_it_compiles(tmp_path)
        controller.kill()
        controller.wait()
        wait_for(lambda: not at_work(tmp_path), seconds=30)
    folder = (tmp_path / "results" / "latest").resolve()
    assert read(folder).status == "running"
    with work_folder(folder) as work:
        (saved,) = work.glob("*.record.json")
        assert json.loads(saved.read_text())["outcome"] == "interrupted"


def test_a_lane_at_its_time_limit_while_it_compiles_leaves_nothing_running(compiling, tmp_path):
    with compiling("--lane-limit", "25") as controller:
        said, _ = controller.communicate(timeout=180)
    assert controller.returncode == 1, said
    assert at_work(tmp_path) == []
    (process,) = read(tmp_path / "results" / "latest").processes
    assert "it was ended at its time limit" in process.reason
