import sys

from bench.plan.start.environment import compose, scrubbed
from bench.run.preload import preload

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


def test_what_steers_the_libraries_is_scrubbed_and_named():
    assert scrubbed(INHERITED).keys() == STEERING


def test_a_lane_gets_the_rest_and_its_own():
    composed = compose(INHERITED, {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE"})
    assert STEERING & composed.keys() == {"TORCHINDUCTOR_COMPILE_THREADS"}
    assert composed["TORCHINDUCTOR_COMPILE_THREADS"] == "1"
    assert composed["http_proxy"] == "http://proxy"
    assert composed["ONEDNN_MAX_CPU_ISA"] == "AVX512_CORE"
    assert composed["VIRTUAL_ENV"] == sys.prefix


def test_names_that_only_begin_alike_are_kept():
    assert scrubbed({"OMPHALOS": "1", "MKLINE": "1", "ATENOLOL": "1"}) == {}


def test_a_library_with_an_exact_name_is_preloaded_as_it_is(tmp_path):
    assert preload(["/usr/lib/libtcmalloc.so", "/opt/lib/libiomp5.so"], tmp_path) == (
        "/usr/lib/libtcmalloc.so:/opt/lib/libiomp5.so"
    )
    assert list(tmp_path.iterdir()) == []


def test_another_name_gets_a_link_that_the_launcher_knows(tmp_path):
    library = tmp_path / "libtcmalloc_minimal.so.4"
    library.touch()
    folder = tmp_path / "links"
    folder.mkdir()
    assert preload([str(library)], folder) == f"{folder}/libtcmalloc.so"
    assert (folder / "libtcmalloc.so").resolve() == library


def test_nothing_to_preload_is_no_variable(tmp_path):
    assert preload([], tmp_path) == ""
