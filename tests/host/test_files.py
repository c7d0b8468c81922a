from bench.host.files import Files, parsed
from bench.model.base import Reading
from tests.recorded_hosts import write


def test_a_reading_is_the_text_below_the_root(tmp_path):
    write(tmp_path, "proc/x", " 12 ")
    assert Files(tmp_path).reading("/proc/x").value == "12"
    assert Files(tmp_path).integer("/proc/x") == 12


def test_a_missing_file_says_so(tmp_path):
    assert Files(tmp_path).reading("/proc/x").reason == "/proc/x: No such file or directory"


def test_a_folder_says_so(tmp_path):
    (tmp_path / "proc").mkdir()
    assert Files(tmp_path).reading("/proc").reason == "/proc: Is a directory"


def test_an_empty_file_is_no_value(tmp_path):
    write(tmp_path, "proc/x", "")
    assert Files(tmp_path).reading("/proc/x").reason == "/proc/x: empty"


def test_bytes_that_are_no_text_do_not_raise(tmp_path):
    (tmp_path / "x").write_bytes(b"a\xff")
    assert Files(tmp_path).reading("/x").value == "a\ufffd"


def test_names_of_a_folder_that_is_not_there(tmp_path):
    assert Files(tmp_path).names("/sys") == []


def test_text_that_does_not_parse_is_the_reason():
    assert parsed(Reading(value="x"), int).reason == "not understood: 'x'"
    assert parsed(Reading(reason="gone"), int).reason == "gone"
    assert parsed(Reading(value="7"), int).value == 7
