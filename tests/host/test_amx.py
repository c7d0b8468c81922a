import errno

from bench.host.amx import ask_amx, describe


def test_granted():
    assert describe(0, 0x602E7) == "granted"


def test_an_old_kernel_does_not_know_the_request():
    assert describe(errno.EINVAL, None) == (
        "EINVAL (Invalid argument): this kernel has no AMX support, it came with Linux 5.16"
    )


def test_a_kernel_without_tile_data_to_offer():
    assert describe(errno.EOPNOTSUPP, 0xE7) == (
        "EOPNOTSUPP (Operation not supported): "
        "tile data is not among the states the kernel offers (0xe7)"
    )


def test_a_refusal_of_what_is_offered_has_only_its_name():
    assert describe(errno.ENOSPC, 0x602E7) == "ENOSPC (No space left on device)"


def test_an_error_number_without_a_name():
    assert describe(200, None).startswith("200 (")


def test_nothing_is_asked_of_another_architecture():
    permission = ask_amx("aarch64")
    assert permission.granted is None
    assert permission.answer == "not asked: aarch64 is not x86_64"
