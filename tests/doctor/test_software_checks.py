"""Libraries, releases, folders."""

import os
import sys

import pytest

from bench.doctor import fixes
from bench.doctor.disk import disk
from bench.doctor.libraries import allocator, openmp
from bench.doctor.places import DATA_BYTES, Place, read_places
from bench.doctor.versions import LOCKED, versions
from bench.host.child import in_child
from bench.model.base import Reading
from tests.doctor.cases import GIB, MIB, contained, make_case, make_place, settings, tools
from tests.recorded_hosts import recorded_host

HOST = recorded_host("sapphire-rapids-2s")
MISSING = Reading(reason="not found; install it with: a package manager")


def test_libraries_that_are_there():
    case = make_case(host=HOST)
    assert (allocator(case).state, openmp(case).state) == ("ok", "ok")
    assert allocator(case).value.value == "/usr/lib/x86_64-linux-gnu/libtcmalloc.so"
    assert openmp(case).value.value == "/opt/venv/lib/libiomp5.so"


def test_no_tcmalloc():
    host = recorded_host("sapphire-rapids-2s", missing_tools=("tcmalloc",))
    host = settings(host, operating_system=Reading(value="Ubuntu 24.04"))
    found = allocator(make_case(host=host))
    assert found.state == "warning"
    assert found.fix == ["sudo apt-get install libtcmalloc-minimal4"]


def test_in_a_container_nobody_needs_sudo():
    host = recorded_host("sapphire-rapids-2s", missing_tools=("tcmalloc",))
    host = settings(contained(host), operating_system=Reading(value="Debian GNU/Linux 12"))
    assert allocator(make_case(host=host)).fix == ["apt-get install libtcmalloc-minimal4"]


def test_no_intel_openmp(monkeypatch, tmp_path):
    host = recorded_host("sapphire-rapids-2s", missing_tools=("iomp5",))
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    found = openmp(make_case(host=host))
    assert found.state == "warning"
    assert found.fix == [f"{sys.executable} -m pip install \\", "  intel-openmp"]


def test_the_stack_is_installed_the_way_it_came(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "prefix", str(fixes._CHECKOUT / ".venv"))
    assert fixes.install_stack("torch==2.8.0")[-1] == "make full"
    record = tmp_path / "build.json"
    record.touch()
    monkeypatch.setattr(fixes, "RECORD", record)
    assert fixes.install_stack("torch==2.8.0")[-1] == "docker compose build"


def with_versions(torch, vision, ipex, name="sapphire-rapids-2s"):
    given = {"torch": torch, "torchvision": vision, "intel_extension_for_pytorch": ipex}
    readings = {k: Reading(value=v) if v else MISSING for k, v in given.items()}
    return make_case(host=tools(recorded_host(name), **readings))


@pytest.mark.parametrize(
    ("torch", "vision", "ipex", "state", "said"),
    [
        ("2.8.0", "0.23.0", "2.8.0", "ok", "torch 2.8.0, torchvision 0.23.0, IPEX 2.8.0"),
        ("2.8.0+cpu", "0.23.0+cpu", "2.8.0", "ok", "torch 2.8.0+cpu"),
        (None, "0.23.0", "2.8.0", "failure", "torch missing"),
        ("2.8.0", None, "2.8.0", "failure", "torchvision missing"),
        ("2.8.0+cpu", "0.23.0", "2.8.0", "failure", "torchvision is not for this torch"),
        ("2.8.0", "0.24.0", "2.8.0", "failure", "torchvision is not for this torch"),
        ("2.9.0", "0.23.0", "2.8.0", "failure", "torchvision is not for this torch"),
        ("2.9.0", "0.24.0", "2.8.0", "failure", "IPEX is not for this torch"),
        ("2.8.0", "nightly", "2.8.0", "failure", "torchvision is not for this torch"),
        ("2.8.0", "0.23.0", None, "warning", "only the lane fp32 can run"),
        ("2.7.1", "0.22.1", "2.7.0", "warning", "not the releases that others measure"),
    ],
)
def test_releases_that_work_together_or_not(torch, vision, ipex, state, said):
    found = versions(with_versions(torch, vision, ipex))
    assert found.state == state
    assert said in found.value.value


@pytest.mark.parametrize(
    ("torch", "vision", "state"), [("2.8.0", "0.23.0", "ok"), ("2.9.1", "0.24.1", "warning")]
)
def test_where_ipex_has_nothing_to_do_it_is_not_missed(torch, vision, state):
    assert versions(with_versions(torch, vision, None, "laptop")).state == state


def test_the_fix_installs_the_locked_releases(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    fix = versions(with_versions(None, None, None)).fix
    assert [line.strip(" \\") for line in fix[1:]] == [f"{k}=={v}" for k, v in LOCKED.items()]


def test_the_locked_releases_are_the_projects():
    lock = (fixes._CHECKOUT / "requirements/train.txt").read_text()
    lock += (fixes._CHECKOUT / "requirements/torch-registry.txt").read_text()
    assert all(f"{name}=={release}" in lock for name, release in LOCKED.items())


ROOMY = [make_place("results"), make_place("data"), make_place("temporary files")]


def changed(what, **changes):
    return [make_place(place.what, **(changes if place.what == what else {})) for place in ROOMY]


def test_room_everywhere():
    found = disk(make_case(places=ROOMY))
    assert found.state == "ok"
    assert found.value.value.startswith("free: 100 GiB for results (needs 64 MiB), 100 GiB for")


@pytest.mark.parametrize(
    ("what", "free", "state"),
    [
        ("results", 63 * MIB, "failure"),
        ("results", 100 * MIB, "warning"),
        ("results", 128 * MIB, "ok"),
        ("data", 300 * MIB, "failure"),
        ("temporary files", 20 * MIB, "warning"),
        ("temporary files", 0, "failure"),
    ],
)
def test_room_that_is_short(what, free, state):
    found = disk(make_case(places=changed(what, free=free)))
    assert found.state == state
    if state != "ok":
        assert found.fix == [
            f"# {what}: a folder on a disk with room",
            f"export {make_place(what).variable}=/a/disk/with/room/bench",
        ]


def test_a_folder_that_can_not_be_written():
    places = changed("results", writable=False)
    found = disk(make_case(places=places))
    assert found.state == "failure"
    assert found.value.value == "can't be written: results in /srv/bench"
    assert found.fix[-1] == f"sudo install -d -o {os.getuid()} /srv/bench"
    inside = disk(make_case(host=contained(HOST), places=places)).fix
    assert inside[-1] == 'mkdir -p bench-results && export BENCH_RESULTS="$PWD/bench-results"'


def test_temporary_files_of_a_container_are_in_its_tmpfs():
    places = changed("temporary files", writable=False)
    fix = disk(make_case(host=contained(HOST), places=places)).fix
    assert "--tmpfs /tmp:exec,size=1g" in fix


def test_data_in_place_may_be_read_only():
    place = make_place("data")
    there = Place("data", place.variable, place.path, 0, False, Reading(value=0))
    found = disk(make_case(places=[make_place("results"), there]))
    assert found.state == "ok"
    assert "0 B for data (in place)" in found.value.value


def test_a_disk_that_does_not_tell():
    place = make_place("results")
    unknown = Place("results", place.variable, place.path, 1, True, Reading(reason="/srv: stale"))
    found = disk(make_case(places=[unknown]))
    assert (found.state, found.value.reason) == ("unknown", "/srv: stale")


def test_folders_are_read_without_being_made(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    results, data, temporary = read_places(tmp_path / "a" / "results", tmp_path / "data")
    assert list(tmp_path.iterdir()) == []
    assert (results.path, temporary.path) == (tmp_path / "a" / "results", tmp_path)
    assert results.writable
    assert temporary.writable
    assert data.needs == DATA_BYTES
    disk = os.statvfs(tmp_path)
    assert 0 < results.free.value <= disk.f_blocks * disk.f_frsize


def test_a_data_set_in_place_needs_no_room(tmp_path):
    (tmp_path / "data/cifar10/cifar-10-batches-py").mkdir(parents=True)
    assert read_places(tmp_path, tmp_path / "data")[1].needs == 0


def test_below_a_file_nothing_can_be_written(tmp_path):
    (tmp_path / "file").touch()
    results, *_ = read_places(tmp_path / "file" / "results", tmp_path)
    assert not results.writable


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_a_folder_that_nobody_may_look_into(tmp_path, monkeypatch):
    closed = tmp_path / "closed"
    (closed / "results").mkdir(parents=True)
    closed.chmod(0o700)
    monkeypatch.setenv("TMPDIR", str(closed / "tmp"))

    def as_nobody():
        os.setuid(65534)
        results, _, temporary = read_places(closed / "results", closed / "data")
        return 10 * results.writable + (temporary.path == closed / "tmp")

    assert in_child(as_nobody) == 0


def test_a_tmpdir_that_is_none_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "gone"))
    monkeypatch.setenv("TEMP", str(tmp_path))
    assert read_places(tmp_path, tmp_path)[2].path == tmp_path


def test_the_default_folder_is_gib_sized():
    assert disk(make_case(places=[make_place("results", free=GIB)])).value.value == (
        "free: 1 GiB for results (needs 64 MiB)"
    )
