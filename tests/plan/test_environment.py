"""What of the caller's environment a lane's processes get."""

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
}
STEERING = INHERITED.keys() - {"PATH", "HOME", "http_proxy"}


def test_what_steers_the_libraries_is_named():
    assert steering(INHERITED).keys() == STEERING


def test_names_that_only_begin_alike_do_not_steer():
    assert steering({"OMPHALOS": "1", "MKLINE": "1", "ATENOLOL": "1"}) == {}


def test_a_lane_gets_the_rest_and_its_own():
    composed = compose(INHERITED, {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE"}, PYTHON)
    assert STEERING & composed.keys() == {"TORCHINDUCTOR_COMPILE_THREADS"}
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
