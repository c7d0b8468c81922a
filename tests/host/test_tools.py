import pytest

from bench.host.tools import _package, find_tools


def program(folder, name, mode=0o755):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("#!/bin/sh\n")
    (folder / name).chmod(mode)
    return str(folder / name)


def test_programs_by_path(tmp_path):
    found = program(tmp_path / "bin", "numactl")
    program(tmp_path / "bin", "taskset", mode=0o644)
    tools = find_tools(str(tmp_path / "bin"), tmp_path / "none", [])
    assert tools.numactl.value == found
    assert tools.taskset.value is None, "not executable"


def test_the_launcher_beside_python_comes_before_the_path(tmp_path):
    elsewhere = program(tmp_path / "bin", "ipexrun")
    assert find_tools(str(tmp_path / "bin"), tmp_path / "venv", []).ipexrun.value == elsewhere
    own = program(tmp_path / "venv" / "bin", "ipexrun")
    assert find_tools(str(tmp_path / "bin"), tmp_path / "venv", []).ipexrun.value == own


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
    found = find_tools("", tmp_path / "none", [tmp_path]).tcmalloc.value
    assert found == (best and str(tmp_path / best))


def test_a_better_allocator_in_a_later_folder_is_taken(tmp_path):
    for folder, name in (("a", "libtcmalloc_minimal.so.4"), ("b", "libtcmalloc.so.4")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).touch()
    tools = find_tools("", tmp_path / "none", [tmp_path / "a", tmp_path / "b"])
    assert tools.tcmalloc.value == str(tmp_path / "b" / "libtcmalloc.so.4")


def test_this_environments_openmp_comes_before_the_systems(tmp_path):
    for folder in ("system", "venv/lib"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "libiomp5.so").touch()
    tools = find_tools("", tmp_path / "venv", [tmp_path / "system"])
    assert tools.iomp5.value == str(tmp_path / "venv" / "lib" / "libiomp5.so")


def test_a_miss_says_what_to_install(tmp_path):
    tools = find_tools("", tmp_path, [tmp_path])
    assert tools.numactl.reason == (
        "not found; install it with: "
        "apt-get install numactl (Debian, Ubuntu) or dnf install numactl"
    )
    assert tools.iomp5.reason == "not found; install it with: pip install intel-openmp"


def test_a_package_that_is_not_installed():
    reason = "not found; install it with: pip install no-such-package==2.8.0"
    assert _package("no-such-package", "2.8.0").reason == reason


def test_a_package_that_is_installed_has_its_version():
    assert _package("pytest", "1").value == pytest.__version__
