"""What is kept of MKL's own lines, which come in tens of thousands."""

import pytest

pytestmark = pytest.mark.integration

HEAD = "MKL_VERBOSE oneMKL 2024.0 Update 2 Product build 20240605 for Intel(R) 64, 2.45GHz lp64\n"
ONEDNN = "onednn_verbose,v1,primitive,exec,cpu,reorder,jit:uni,undef,src:f32,,,2x5,0.5\n"


def call(time, thread=0, threads=1, width=64):
    return (
        f"MKL_VERBOSE SGEMM(T,N,197,{width},64,0x7ffd{thread}0,0x55d,1536,0x7f,197) {time} "
        f"CNR:OFF Dyn:1 FastMM:1 TID:{thread}  NThr:{threads}\n"
    )


def kept(*lines):
    from bench.worker.verbose import gathered

    return gathered(lines).splitlines(keepends=True)


def test_equal_calls_are_one_line_with_their_time_and_number():
    head, onednn, line = kept(HEAD, call("1.50ms"), ONEDNN, call("250us"), call("1000ns"))
    assert (head, onednn) == (HEAD, ONEDNN), "as they came"
    assert line == (
        "MKL_VERBOSE SGEMM(T,N,197,64,64,p,p,1536,p,197) 1.751000ms "
        "CNR:OFF Dyn:1 FastMM:1 TID:0  NThr:1 calls:3\n"
    )


def test_calls_of_other_sizes_or_thread_counts_are_others():
    lines = kept(call("1ms"), call("2ms", width=5), call("4ms", threads=2), call("8ms"))
    assert [line.split()[2] for line in lines] == ["9.000000ms", "2.000000ms", "4.000000ms"]


def test_threads_that_call_at_the_same_time_count_once():
    lines = kept(call("3ms", 0), call("5ms", 1), call("3ms", 0), call("5ms", 1))
    assert [line.split()[2] for line in lines] == ["8.000000ms"]


def test_a_line_that_is_cut_short_is_kept_as_it_is():
    assert kept("MKL_VERBOSE SGEMM(T,N,197", "\n") == ["MKL_VERBOSE SGEMM(T,N,197\n"]


def test_a_product_in_fp32_says_who_computed_it():
    import torch

    from bench.worker.limits.measure import computed_by

    left = torch.ones(64, 64)
    assert computed_by(lambda: None) == "BLAS", "nobody said anything"
    expected = "MKL" if torch.backends.mkl.is_available() else "BLAS"
    assert computed_by(lambda: torch.mm(left, left)) == expected
