"""`SHA256SUMS`: what sha256sum itself makes of it, and what it brings to light."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bench.errors import BenchError, Exit
from bench.results import checksums

ODD_NAMES = ["with space", "star *", "back\\slash", "new\nline", "return\r", "\\n", "ümlaut", "-x"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    run = tmp_path / "run"
    (run / "logs").mkdir(parents=True)
    (run / "charts").mkdir()
    for name in ("result.json", "report.md", "logs/one.log", "charts/speedup.svg"):
        (run / name).write_text(f"content of {name}")
    return run


def check(folder: Path) -> list[str]:
    return list(checksums.check(folder))


def test_every_file_is_listed_once_sorted_and_not_the_sums_themselves(folder: Path) -> None:
    checksums.write(folder)
    checksums.write(folder)
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    assert [line[66:] for line in lines] == [
        *("charts/speedup.svg", "logs/one.log", "report.md", "result.json")
    ]
    assert check(folder) == []


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="there is no sha256sum")
def test_sha256sum_agrees_whatever_the_files_are_called(folder: Path) -> None:
    for name in ODD_NAMES:
        (folder / name).write_text(name)
    Path(os.fsdecode(os.fsencode(folder) + b"/latin-\xfc")).write_text("not UTF-8")
    checksums.write(folder)
    assert check(folder) == []
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"],
        cwd=folder,
        capture_output=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    names = [os.fsencode(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]
    names.remove(b"SHA256SUMS")
    theirs = subprocess.run(
        ["sha256sum", "--", *sorted(names)], cwd=folder, capture_output=True, check=True
    ).stdout
    ours = (folder / "SHA256SUMS").read_bytes()
    assert sorted(ours.splitlines()) == sorted(theirs.splitlines())


def test_what_changed_is_missing_or_is_new_is_told(folder: Path) -> None:
    checksums.write(folder)
    (folder / "result.json").write_text("another content")
    (folder / "logs/one.log").unlink()
    (folder / "logs/two.log").write_text("new")
    assert check(folder) == [
        "logs/one.log: missing",
        "logs/two.log: not in SHA256SUMS",
        "result.json: changed since it was summed",
    ]


def test_a_folder_without_sums_says_so(folder: Path) -> None:
    assert check(folder) == ["SHA256SUMS: missing, so nothing says what the files were"]


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "logs/../../secret", "logs//one.log"])
def test_a_path_that_leaves_the_folder_is_told_and_not_read(folder: Path, name: str) -> None:
    (folder.parent / "secret").write_text("secret")
    checksums.write(folder)
    with (folder / "SHA256SUMS").open("a") as sums:
        sums.write(f"{'0' * 64}  {name}\n")
    assert check(folder) == [f"SHA256SUMS, line 5: {name} leads out of the folder"]


def test_links_are_told_and_not_followed(folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "file").write_text("outside")
    checksums.write(folder)
    (folder / "logs/one.log").unlink()
    (folder / "logs/one.log").symlink_to(outside / "file")
    shutil.rmtree(folder / "charts")
    (folder / "charts").symlink_to(outside)
    assert check(folder) == [
        "charts: a link, and none is followed",
        "charts/speedup.svg: missing",
        "logs/one.log: a link, and none is followed",
    ]
    with pytest.raises(BenchError, match="a link") as caught:
        checksums.write(folder)
    assert caught.value.code == Exit.INVALID_ARTIFACT


def test_a_pipe_is_told_and_not_waited_for(folder: Path) -> None:
    checksums.write(folder)
    os.mkfifo(folder / "pipe")
    assert check(folder) == ["pipe: not a regular file"]


def test_sums_that_are_a_link_or_too_long_are_refused(folder: Path) -> None:
    sums = folder / "SHA256SUMS"
    sums.symlink_to("/dev/zero")
    with pytest.raises(BenchError, match="is a link"):
        check(folder)
    sums.unlink()
    sums.write_bytes(b"\n" * (checksums.SUMS_LIMIT + 1))
    with pytest.raises(BenchError, match="more than"):
        check(folder)


def test_too_many_files_are_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checksums.write(folder)
    monkeypatch.setattr(checksums, "FILES", 3)
    assert any("one of more than 3 files" in line for line in check(folder))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", "line 1: not a checksum"),
        ("# comment", "line 1: not a checksum"),
        (f"{'0' * 63}  name", "line 1: not a checksum"),
        (f"{'0' * 64}  a\n{'1' * 64}  a", "line 2: a for the second time"),
    ],
)
def test_lines_that_are_no_checksums_are_told(line: str, told: str) -> None:
    _, problems = checksums.parse(f"{line}\n".encode())
    assert problems == [f"SHA256SUMS, {told}"]


def test_names_on_a_terminal_are_harmless() -> None:
    _, problems = checksums.parse(b"0" * 64 + b"  ../\x1b[31m\n")
    assert problems == ["SHA256SUMS, line 1: '../\\x1b[31m' leads out of the folder"]


def test_renewing_sums_the_changed_files_alone(folder: Path) -> None:
    checksums.write(folder)
    (folder / "report.md").write_text("rendered again")
    (folder / "result.json").write_text("edited")
    (folder / "report.html").write_text("rendered now")
    checksums.renew(folder, [folder / "report.md", folder / "report.html"])
    assert check(folder) == ["result.json: changed since it was summed"]


def test_renewing_without_sums_sums_all(folder: Path) -> None:
    checksums.renew(folder, [folder / "report.md"])
    assert check(folder) == []
