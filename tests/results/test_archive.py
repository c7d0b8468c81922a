"""Archives of strangers: what is unpacked, and what is refused before a byte of it is."""

import io
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.errors import BenchError, Exit
from bench.results import archive as archives
from bench.results.archive import artifact
from bench.results.folder import read
from bench.results.verify import verify
from tests.artifacts import copy_artifact


def entry(name: str, mode: int = stat.S_IFREG | 0o644) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo("placeholder")
    made.filename = made.orig_filename = name
    made.external_attr = mode << 16
    made.create_system = 3
    return made


def write_zip(path: Path, *entries: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(entry("run/result.json"), "{}")
        for each, content in entries:
            made = entry(each) if isinstance(each, str) else each
            made.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(made, content)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(BenchError) as refused, artifact(path):
        pytest.fail("it was unpacked")
    assert refused.value.code == Exit.INVALID_ARTIFACT
    assert refused.value.cause.startswith(f"{path} is no archive of a run: ")
    return refused.value.cause.partition("is no archive of a run: ")[2]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where archives are unpacked; nothing may be left there."""
    at = tmp_path / "temporary"
    at.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(at))
    yield at
    assert list(at.iterdir()) == []


def test_a_folder_is_itself(tmp_path: Path) -> None:
    with artifact(tmp_path) as run:
        assert run is tmp_path


def test_what_is_not_there_is_left_to_its_reader_to_say(tmp_path: Path) -> None:
    with artifact(tmp_path / "gone") as run, pytest.raises(BenchError) as said:
        read(run)
    assert said.value.code == Exit.CANNOT


@pytest.mark.parametrize("inside", ["", "20261125T090000Z-host-quick/"])
def test_a_run_lies_at_the_root_or_in_a_folder_there(tmp_path: Path, inside: str) -> None:
    folder = copy_artifact(tmp_path / "run")
    path = tmp_path / "its archive.zip"
    with zipfile.ZipFile(path, "w") as made:
        if inside:
            made.writestr("README", "beside it")
        for each in sorted(folder.rglob("*")):  # folders too, as other programs have them
            made.write(each, inside + each.relative_to(folder).as_posix())
    with artifact(path) as run:
        assert run.name == (inside.rstrip("/") or "its_archive")
        assert verify(run).problems == []
        assert read(run) == read(folder)
    assert not run.exists()


def test_it_is_removed_whatever_happens(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "run.zip")
    with pytest.raises(ZeroDivisionError), artifact(path):
        raise ZeroDivisionError


def test_an_error_names_the_archive_and_not_where_it_was_unpacked(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "run.zip")
    with pytest.raises(BenchError) as said, artifact(path) as run:
        read(run)
    assert said.value.cause.startswith(f"{path}/run/result.json is not a valid result")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../outside", "../outside leads out of the archive's folder"),
        ("run/../../outside", "run/../../outside leads out of the archive's folder"),
        ("/etc/outside", "/etc/outside leads out of the archive's folder"),
        ("run//outside", "run//outside leads out of the archive's folder"),
        ("./run/outside", "./run/outside leads out of the archive's folder"),
        ("run/..", "run/.. leads out of the archive's folder"),
        ("/", "/ leads out of the archive's folder"),
        ("..\\outside", "..\\outside is no name that every system reads alike"),
        ("C:outside", "C:outside is no name that every system reads alike"),
        ("c:/outside", "c:/outside is no name that every system reads alike"),
        ("run/a\nb", "'run/a\\nb' is no name for a file"),
        ("run/\u202etxt", "'run/\\u202etxt' is no name for a file"),
        ("run/" + "a" * 201, f"run/{'a' * 201} is no name for a file"),
        ("run/" + "é" * 101, f"run/{'é' * 101} is no name for a file"),
        ("/".join(["a"] * 501), f"{'/'.join(['a'] * 500)}/ is no name for a file"),
        ("run/result.json", "run/result.json is in it twice"),
        ("run/RESULT.json", "run/RESULT.json and run/result.json differ only in case"),
        ("Run/other", "Run and run differ only in case"),
        ("run/result.json/a", "run/result.json is a file and a folder"),
        ("run", "run is in it twice"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_names_that_are_not_plain_are_refused(tmp_path: Path, name: str, why: str) -> None:
    assert refusal(write_zip(tmp_path / "run.zip", (name, b"bad"))) == why
    assert not (tmp_path / "outside").exists()


def test_names_that_are_one_when_they_are_composed_are_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "run.zip", ("run/\u00e9", b""), ("run/e\u0301", b""))
    assert "differ only in case" in refusal(path)


def test_a_name_that_ends_early_is_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "run.zip", ("run/aXb", b""))
    path.write_bytes(path.read_bytes().replace(b"aXb", b"a\0b"))
    assert "leads out" in refusal(path)


@pytest.mark.parametrize(
    "mode",
    [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK, stat.S_IFDIR],
    ids=stat.filemode,
)
def test_links_and_devices_are_refused(tmp_path: Path, mode: int) -> None:
    path = write_zip(tmp_path / "run.zip", (entry("run/x", mode | 0o777), b"/etc/passwd"))
    assert refusal(path) == "run/x is a link or a device, and no file"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda each: setattr(each, "flag_bits", each.flag_bits | 1), "is encrypted"),
        (lambda each: setattr(each, "compress_type", zipfile.ZIP_LZMA), "is packed in a way"),
    ],
)
def test_what_not_every_program_can_unpack_is_refused(
    tmp_path: Path, change: Callable[[zipfile.ZipInfo], None], why: str
) -> None:
    path = tmp_path / "run.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("run/result.json", "{}")
        change(made.infolist()[0])
    assert why in refusal(path)


def test_modes_are_not_unpacked(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "run.zip", (entry("run/x", stat.S_IFREG | 0o7777), b""))
    with artifact(path) as run:
        assert stat.S_IMODE((run / "x").stat().st_mode) & 0o7111 == 0


def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_zip(tmp_path / "run.zip", ("run/x", bytes(2**20)))
    with artifact(path) as run:
        assert (run / "x").stat().st_size == 2**20  # small ones do no harm
    monkeypatch.setattr(archives, "FREE", 2**20)
    assert refusal(path).startswith("it unpacks to 1 MiB, more than 100 times its own 1")


def test_a_bomb_is_refused_by_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "TOTAL", 1000)
    path = write_zip(tmp_path / "run.zip", ("run/x", os.urandom(600)), ("run/y", os.urandom(600)))
    assert refusal(path) == "it unpacks to 1.2 KiB, more than 1000 B"


def test_a_file_that_is_longer_than_its_entry_says_is_cut_and_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "run.zip", ("run/x", bytes(100_000)))
    content, told = path.read_bytes(), (100_000).to_bytes(4, "little")
    assert content.count(told) == 2  # before the file, and in the list
    path.write_bytes(content.replace(told, (10).to_bytes(4, "little")))
    assert refusal(path).startswith("it is broken, or no zip: Bad CRC-32 for file")


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "FILES", 2)
    path = write_zip(tmp_path / "run.zip", ("run/x", b""), ("run/y", b""))
    assert refusal(path) == "it has more than 2 files"


def test_a_list_of_names_that_would_fill_memory_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "DIRECTORY", 70_000)
    path = write_zip(tmp_path / "run.zip", *((f"run/{i}", b"") for i in range(1500)))
    assert refusal(path) == "it is broken, or no zip: its list of names is too long"


@pytest.mark.parametrize(
    "content",
    [b"", b"no zip", b"PK\x05\x06" + bytes(18), b"PK\x05\x06" + b"\xff" * 18],
    ids=["empty", "text", "without files", "lies"],
)
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run.zip"
    path.write_bytes(content)
    assert refusal(path)


def test_every_cut_and_every_broken_byte_is_refused_or_read(tmp_path: Path) -> None:
    """Whatever the bytes: a BenchError or a folder, and nothing else."""
    good = write_zip(tmp_path / "run.zip", ("run/samples.csv", b"a,b\n1,2\n" * 9)).read_bytes()
    broken = [good[:cut] for cut in range(0, len(good), 23)]
    end = len(good)
    broken += [good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1 :] for at in range(0, end, 9)]
    # The list's size and place, as the last bytes tell them.
    broken += [good[:-at] + b"\xff" + good[-at + 1 :] for at in range(3, 11)]
    path, refused, read_well = tmp_path / "broken.zip", 0, 0
    for each in broken:
        path.write_bytes(each)
        try:
            with artifact(path) as run:
                assert (run / "result.json").is_file()
        except BenchError as error:
            refused += error.code == Exit.INVALID_ARTIFACT
        else:
            read_well += 1
    assert refused + read_well == len(broken)
    assert refused > len(broken) / 2


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["README"], "there is no result.json at its root, or in a folder there"),
        (["a/b/result.json"], "there is no result.json at its root, or in a folder there"),
        (["result.json/x"], "there is no result.json at its root, or in a folder there"),
        (["a/result.json", "b/result.json"], "more than one run is in it"),
    ],
)
def test_an_archive_has_one_run(tmp_path: Path, names: list[str], why: str) -> None:
    path = tmp_path / "run.zip"
    with zipfile.ZipFile(path, "w") as made:
        for name in names:
            made.writestr(name, "{}")
    assert refusal(path) == why


def test_without_room_it_is_not_the_archives_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_zip(tmp_path / "run.zip")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", full)
    with pytest.raises(BenchError, match="No space left on device") as said, artifact(path):
        pass
    assert said.value.code == Exit.CANNOT
    assert "TMPDIR" in said.value.remedy


def test_an_archive_of_archives_is_not_looked_into(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as made:
        made.writestr("run/result.json", "{}")
    path = tmp_path / "run.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("inner.zip", inner.getvalue())
    assert refusal(path) == "there is no result.json at its root, or in a folder there"
