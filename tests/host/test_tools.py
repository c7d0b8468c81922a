import pytest

from bench.host.tools import find_tools


def program(folder, name, mode=0o755):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("#!/bin/sh\n")
    (folder / name).chmod(mode)
    return str(folder / name)


def test_programs_by_path(tmp_path):
    found = program(tmp_path / "bin", "numactl")
    program(tmp_path / "bin", "taskset", mode=0o644)
    tools = find_tools(str(tmp_path / "bin"), [])
    assert tools.numactl.value == found
    assert tools.taskset.value is None, "not executable"


@pytest.mark.parametrize(
    ("there", "best"),
    [
        (["libtcmalloc_minimal.so.4"], "libtcmalloc_minimal.so.4"),
        (["libtcmalloc_minimal.so.4", "libtcmalloc.so.4"], "libtcmalloc.so.4"),
        (["libtcmalloc.so.4", "libtcmalloc.so"], "libtcmalloc.so"),
        (["libtcmalloc_minimal_debug.so.4"], None),
    ],
)
def test_the_allocator_under_any_of_its_names(there, best, tmp_path):
    for name in there:
        (tmp_path / name).touch()
    found = find_tools("", [tmp_path]).tcmalloc.value
    assert found == (best and str(tmp_path / best))


def test_a_better_allocator_in_a_later_folder_is_taken(tmp_path):
    for folder, name in (("a", "libtcmalloc_minimal.so.4"), ("b", "libtcmalloc.so.4")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).touch()
    tools = find_tools("", [tmp_path / "a", tmp_path / "b"])
    assert tools.tcmalloc.value == str(tmp_path / "b" / "libtcmalloc.so.4")


def test_a_miss_says_what_to_install(tmp_path):
    tools = find_tools("", [tmp_path])
    assert tools.numactl.reason == (
        "not found; install it with: "
        "apt-get install numactl (Debian, Ubuntu) or dnf install numactl"
    )
