"""/dev/shm as it may be: full, nearly full, read-only, or not there."""

import os

import pytest

from bench.host.shm import ask_shm
from tests.host.namespace import in_namespace, tmpfs

KIB, MIB = 2**10, 2**20


def asked(folder, *, fill=0, size="1m", read_only=False):
    def act():
        tmpfs(str(folder), f"size={size}", read_only)
        if fill:
            file = os.open(folder / "taken", os.O_CREAT | os.O_WRONLY)
            os.posix_fallocate(file, 0, fill)
        answer = ask_shm(folder)
        assert [each.name for each in folder.iterdir()] == ["taken"] * bool(fill)
        return answer.size.value, answer.available.value, answer.available.reason

    return in_namespace(act)


def test_an_empty_one(tmp_path):
    assert asked(tmp_path) == [MIB, MIB, None]


@pytest.mark.parametrize(
    ("size", "total", "taken"),
    [("1m", MIB, 948 * KIB), ("64m", 64 * MIB, 56 * MIB), ("1m", MIB, MIB)],
)
def test_what_is_taken_is_not_free(size, total, taken, tmp_path):
    assert asked(tmp_path, size=size, fill=taken) == [total, total - taken, None]


def test_one_without_room_for_another_file(tmp_path):
    assert asked(tmp_path, size="1m,nr_inodes=1") == [MIB, 0, None]


def test_a_read_only_one_has_nothing_to_give(tmp_path):
    reason = f"{tmp_path} can't be written: Read-only file system"
    assert asked(tmp_path, read_only=True) == [MIB, None, reason]


def test_none(tmp_path):
    answer = ask_shm(tmp_path / "none")
    assert answer.size.reason == answer.available.reason
    assert answer.size.reason == f"{tmp_path}/none: No such file or directory"
