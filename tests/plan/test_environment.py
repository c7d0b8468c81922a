"""What of the caller's environment a lane's processes get."""

import site

import pytest

from bench.model.steering import steering
from bench.plan.start.environment import compose

PYTHON = "/opt/stack/bin/python"
INHERITED = {
    "PATH": "/usr/bin",
    "HOME": "/home/somebody",
    "ONEDNN_DEFAULT_FPMATH_MODE": "BF16",
    "DNNL_VERBOSE": "1",
    "OMP_NUM_THREADS": "1",
    "KMP_AFFINITY": "disabled",
    "GOMP_CPU_AFFINITY": "0",
    "MALLOC_CONF": "dirty_decay_ms:0",
    "LD_PRELOAD": "/tmp/evil.so",
    "ATEN_CPU_CAPABILITY": "avx2",
    "CONDA_PREFIX": "/opt/conda",
    "TORCHINDUCTOR_COMPILE_THREADS": "8",
    "THP_MEM_ALLOC_ENABLE": "1",
    "LRU_CACHE_CAPACITY": "1",
    "http_proxy": "http://proxy",
    # Which files the stack is.
    "PYTHONPATH": "/x",
    "PYTHONHOME": "/x",
    "PYTHONSTARTUP": "/x/start.py",
    "PYTHONUSERBASE": "/x",
    "PYTHONUTF8": "0",
    "PYTHON_CPU_COUNT": "1",
    "LD_LIBRARY_PATH": "/x",
    "LD_AUDIT": "/x/audit.so",
    # What else IPEX, oneDNN and the allocators read.
    "LIBXSMM_TARGET": "hsw",
    "IPEX_FP32_MATH_MODE": "BF16",
    "BF16_OPTIMIZED_THROUGHPUT": "1",
    "_ONEDNN_DISABLE_DNNL_BACKEND": "1",
    "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
    "OPENBLAS_NUM_THREADS": "1",
    "TORCHDYNAMO_DISABLE": "1",
    "TORCH_DEVICE_BACKEND_AUTOLOAD": "1",
    "PYTORCH_JIT": "0",
    "KINETO_CONFIG": "/x",
    "INTEL_LIBITTNOTIFY64": "/x/trace.so",
    "MALLOC_ARENA_MAX": "1",
    "TCMALLOC_RELEASE_RATE": "10",
    "HEAPPROFILE": "/x",
    # What torch.compile and its compiler read.
    "CC": "clang",
    "CXX": "clang++",
    "CPATH": "/x",
    "C_INCLUDE_PATH": "/x",
    "CPLUS_INCLUDE_PATH": "/x",
    "LIBRARY_PATH": "/x",
    "COMPILER_PATH": "/x",
    "GCC_EXEC_PREFIX": "/x",
    "TRITON_CACHE_DIR": "/x",
    "INDUCTOR_POST_FUSION_SVG": "1",
    "AOT_INDUCTOR_ENABLE_LTO": "1",
}
STEERING = INHERITED.keys() - {"PATH", "HOME", "http_proxy"}


def test_what_steers_the_libraries_is_named():
    assert steering(INHERITED).keys() == STEERING


def test_names_that_only_begin_alike_do_not_steer():
    alike = (
        "OMPHALOS",
        "MKLINE",
        "ATENOLOL",
        "LDAP_SERVER",
        "INTELLIGENCE",
        "MALLOCATION",
        "CCACHE_DIR",
        "CXXFLAGS",
        "AOTEAROA",
    )
    assert steering(dict.fromkeys(alike, "1")) == {}


def test_a_lane_gets_the_rest_and_its_own():
    composed = compose(INHERITED, {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE"}, PYTHON)
    assert STEERING & composed.keys() == {"TORCHINDUCTOR_COMPILE_THREADS"}
    assert not [value for value in composed.values() if value.startswith("/x")]
    assert composed["TORCHINDUCTOR_COMPILE_THREADS"] == "1"
    assert composed["http_proxy"] == "http://proxy"
    assert composed["ONEDNN_MAX_CPU_ISA"] == "AVX512_CORE"


def test_programs_and_libraries_are_those_of_the_lanes_stack():
    composed = compose(INHERITED, {}, PYTHON)
    assert composed["VIRTUAL_ENV"] == "/opt/stack"
    assert composed["PATH"] == "/opt/stack/bin:/usr/bin"


def test_a_lanes_own_variables_win():
    composed = compose(INHERITED, {"TORCHINDUCTOR_COMPILE_THREADS": "4"}, PYTHON)
    assert composed["TORCHINDUCTOR_COMPILE_THREADS"] == "4"


def test_nothing_is_imported_from_the_current_folder():
    assert compose({"PYTHONSAFEPATH": ""}, {}, PYTHON)["PYTHONSAFEPATH"] == "1"


@pytest.mark.parametrize("enabled", [True, False, None])
def test_the_users_own_packages_are_the_stacks_only_if_they_are_this_processs(enabled, monkeypatch):
    monkeypatch.setattr(site, "ENABLE_USER_SITE", enabled)
    assert ("PYTHONNOUSERSITE" in compose({}, {}, PYTHON)) is (not enabled)
