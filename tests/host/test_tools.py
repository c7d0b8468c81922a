"""What a lane wants of the system is tried: a name on the path, or ending in .so, is no promise."""

import shutil
import struct
import subprocess
import tempfile

import pytest

from bench.host.preloading import cannot_preload
from bench.host.tools import find_tools
from bench.model.base import Reading
from tests.host.namespace import NO_EXEC, in_namespace, mount
from tests.recorded_hosts import NOT_BOUND, recorded_host

TOPOLOGY = recorded_host("laptop").topology
needs_compiler = pytest.mark.skipif(not shutil.which("cc"), reason="needs a C compiler")
HEADER_32 = b"\x7fELF\x01\x01\x01" + bytes(9) + struct.pack("<HHI", 3, 3, 1) + bytes(28)


def program(folder, name, mode=0o755, script="exit 0"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(mode)
    return str(folder / name)


def find(path="", folders=(), bindable=NOT_BOUND):
    return find_tools(TOPOLOGY, bindable, str(path), folders)


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    """A library that can be preloaded."""
    if not shutil.which("cc"):
        pytest.skip("needs a C compiler")
    path = tmp_path_factory.mktemp("library") / "libany.so"
    command = ["cc", "-shared", "-nostdlib", "-o", path, "-x", "c", "-"]
    subprocess.run(command, input=b"int any;", check=True)
    return path


def test_programs_by_path(tmp_path):
    numactl = program(tmp_path / "bin", "numactl")
    which = program(tmp_path / "bin", "which")
    compiler = program(tmp_path / "bin", "g++")
    program(tmp_path / "bin", "taskset", mode=0o644)
    tools = find(tmp_path / "bin")
    assert (tools.numactl.value, tools.which.value) == (numactl, which)
    assert tools.compiler.value == compiler
    assert tools.taskset.value is None, "not executable"


def test_lscpu_is_there_only_if_the_launcher_can_use_it(tmp_path):
    program(
        tmp_path, "lscpu", script="echo 'lscpu: failed to determine number of CPUs' >&2; exit 1"
    )
    assert find(tmp_path).lscpu.reason == (
        "at odds with the kernel: it ends with 1 (lscpu: failed to determine number of CPUs)"
    )
    rows = [f"{each.cpu} 0 0 {each.core} yes" for each in TOPOLOGY.cpus]
    table = "\n".join(["CPU NODE SOCKET CORE ONLINE", *rows])
    path = program(tmp_path, "lscpu", script=f"cat <<end\n{table}\nend")
    assert find(tmp_path).lscpu.value == path
    program(tmp_path, "lscpu", script=f"cat <<end\n{table.replace('7 0 0', '7 - 0')}\nend")
    assert find(tmp_path).lscpu.reason.startswith(
        "at odds with the kernel: the launcher can't read"
    )


def test_numactl_is_tried_on_a_node_that_memory_can_be_bound_to(tmp_path):
    said = "libnuma: Warning: node argument 1 is out of range"
    # PATH need not lead to anything else that it could start.
    tried = f'test "$*" = "-m 2 {tmp_path}/numactl --show"'
    path = program(tmp_path, "numactl", script=f"{tried} || {{ echo {said} >&2; exit 1; }}")
    assert find(tmp_path, bindable=Reading(value=[2, 3])).numactl.value == path
    refused = find(tmp_path, bindable=Reading(value=[1])).numactl
    assert refused.reason == f"of no use here: {said}"
    assert find(tmp_path).numactl.value == path, "not tried"


@pytest.mark.parametrize(
    ("there", "best"),
    [
        (["libtcmalloc_minimal.so.4"], "libtcmalloc_minimal.so.4"),
        (["libtcmalloc_minimal.so.4", "libtcmalloc.so.4"], "libtcmalloc.so.4"),
        (["libtcmalloc.so.4", "libtcmalloc.so"], "libtcmalloc.so"),
        (["libtcmalloc_minimal_debug.so.4"], None),
    ],
)
def test_the_allocator_under_any_of_its_names(there, best, tmp_path, library):
    for name in there:
        (tmp_path / name).symlink_to(library)
    assert find(folders=[tmp_path]).tcmalloc.value == (best and str(tmp_path / best))


def test_a_better_allocator_in_a_later_folder_is_taken(tmp_path, library):
    for folder, name in (("a", "libtcmalloc_minimal.so.4"), ("b", "libtcmalloc.so.4")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).symlink_to(library)
    tools = find(folders=[tmp_path / "a", tmp_path / "b"])
    assert tools.tcmalloc.value == str(tmp_path / "b" / "libtcmalloc.so.4")


UNUSABLE = {
    "a linker script": b"/* GNU ld script */\nINPUT(libtcmalloc.so.4)\n",
    "for 32 bits": HEADER_32,
    "empty": b"",
}


@pytest.mark.parametrize("content", UNUSABLE.values(), ids=UNUSABLE)
def test_what_cannot_be_preloaded_is_passed_over(content, tmp_path, library):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    (tmp_path / "a/libtcmalloc.so").write_bytes(content)
    folders = [tmp_path / "a", tmp_path / "b"]
    reason = find(folders=folders).tcmalloc.reason
    assert reason.startswith(f"not usable: {tmp_path}/a/libtcmalloc.so can't be preloaded (")
    assert "install another with: apt-get" in reason
    (tmp_path / "b/libtcmalloc_minimal.so.4").symlink_to(library)
    assert find(folders=folders).tcmalloc.value == str(tmp_path / "b/libtcmalloc_minimal.so.4")


def test_a_link_to_nothing_is_not_there(tmp_path):
    (tmp_path / "libtcmalloc.so").symlink_to(tmp_path / "gone")
    assert find(folders=[tmp_path]).tcmalloc.reason.startswith("not found; install it with: ")


@needs_compiler
def test_a_library_that_lacks_another_is_not_usable(tmp_path, library):
    inner = tmp_path / "libinner.so"
    shutil.copy(library, inner)
    outer = tmp_path / "libtcmalloc.so"
    command = ["cc", "-shared", "-nostdlib", "-Wl,--no-as-needed", "-o", outer, "-x", "c", "-"]
    subprocess.run([*command, "-x", "none", inner], input=b"int outer;", check=True)
    assert cannot_preload(outer) is None
    inner.unlink()
    assert "libinner.so" in cannot_preload(outer)


def test_a_path_that_the_loader_takes_for_two_is_not_usable(tmp_path, library):
    folder = tmp_path / "with space"
    folder.mkdir()
    (folder / "libtcmalloc.so").symlink_to(library)
    assert "a path with a space" in find(folders=[folder]).tcmalloc.reason


def test_without_a_program_to_try_it_the_first_bytes_decide(tmp_path, library, monkeypatch):
    (tmp_path / "script.so").write_bytes(UNUSABLE["a linker script"])
    (tmp_path / "old.so").write_bytes(HEADER_32)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("bench.host.preloading._SHOW_MAPS", (("no-such-program",),))
    assert cannot_preload(tmp_path / "script.so") == "no ELF file"
    assert cannot_preload(tmp_path / "old.so") == "not of 64 bits"
    assert cannot_preload(library) is None


@needs_compiler
def test_a_cat_that_nothing_can_be_preloaded_into_decides_nothing(tmp_path, library, monkeypatch):
    """As BusyBox's, which is linked statically."""
    source = b"""int main(void) { return 0; }"""
    command = ["cc", "-static", "-o", tmp_path / "cat", "-x", "c", "-"]
    if subprocess.run(command, input=source, capture_output=True).returncode:
        pytest.skip("needs a C library to link statically")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cannot_preload(library) is None
    (tmp_path / "script.so").write_bytes(UNUSABLE["a linker script"])
    assert cannot_preload(tmp_path / "script.so") == "file too short"


def test_a_miss_says_what_to_install(tmp_path):
    tools = find(folders=[tmp_path])
    assert tools.numactl.reason == (
        "not found; install it with: "
        "apt-get install numactl (Debian, Ubuntu) or dnf install numactl"
    )
    assert tools.lscpu.reason.startswith("not found; install it with: apt-get install util-linux")
    assert tools.compiler.reason == (
        "not found; install it with: apt-get install g++ (Debian, Ubuntu) or dnf install gcc-c++"
    )


def test_a_compiler_of_another_name_is_none(tmp_path, monkeypatch):
    """Lanes don't inherit CXX: torch.compile looks for g++."""
    monkeypatch.setenv("CXX", program(tmp_path, "clang++"))
    assert find(tmp_path).compiler.value is None


def test_a_compiler_whose_work_can_not_be_loaded_is_none(tmp_path):
    """Docker's `--tmpfs /tmp` is mounted so."""
    program(tmp_path / "bin", "g++")
    folder = tmp_path / "tmp"
    folder.mkdir()

    def act():
        mount("tmpfs", str(folder), "tmpfs", NO_EXEC)
        tempfile.tempdir = str(folder)
        return find(tmp_path / "bin").compiler.reason

    assert in_namespace(act) == (
        f"of no use here: {folder} is mounted noexec; "
        "set TMPDIR to another folder; in a container add --tmpfs /tmp:exec"
    )
