"""Libraries, releases, folders."""

import os
from dataclasses import replace

import pytest

from bench.doctor import diagnose, fixes
from bench.doctor.allocator import allocator
from bench.doctor.disk import disk
from bench.doctor.folders import DATA_BYTES, WritableFolder, read_folders
from bench.doctor.openmp import openmp
from bench.doctor.versions import versions
from bench.host.child import in_child
from bench.host.stacks import STACKS, StackEntry, find_stacks
from bench.model.base import Reading
from bench.plan.catalogue import lanes as catalogue
from bench.plan.options import Options
from tests.doctor.cases import GIB, MIB, contained, make_case, make_folder, settings, with_stack
from tests.recorded_hosts import recorded_host

HOST = recorded_host("sapphire-rapids-2s")
MISSING = Reading(reason="not found; install it with: a package manager")


def of_stack(check, host, lanes=None):
    """The check's finding of the first stack, which the default lanes train in."""
    return check(make_case(host=host, options=Options(lane=lanes)), host.stacks[0])


def test_libraries_that_are_there():
    tcmalloc, iomp5 = allocator(make_case(host=HOST)), of_stack(openmp, HOST)
    assert (tcmalloc.state, iomp5.state) == ("ok", "ok")
    assert tcmalloc.value.value == "/usr/lib/x86_64-linux-gnu/libtcmalloc.so"
    assert iomp5.value.value == "/opt/venv/lib/libiomp5.so"


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


def test_no_intel_openmp():
    found = of_stack(openmp, recorded_host("sapphire-rapids-2s", missing_tools=("iomp5",)))
    assert found.state == "warning"
    assert found.fix == ["/opt/venv/bin/python -m pip install \\", "  intel-openmp"]


def test_the_stack_is_installed_the_way_it_came(monkeypatch, tmp_path):
    made = str(fixes._CHECKOUT / ".venv/bin/python")
    assert fixes.install_stack(made, "torch==2.8.0")[-1] == "make full"
    assert fixes.install_stack("/usr/bin/python3", "torch==2.8.0")[-1] == "  torch==2.8.0"
    beside = str(fixes._CHECKOUT / ".stacks/next/bin/python")
    assert fixes.install_stack(beside, "torch==2.14.1")[-1] == (
        "rm -r .stacks/next; make stack NAME=next"
    )
    record = tmp_path / "build.json"
    record.touch()
    monkeypatch.setattr(fixes, "RECORD", record)
    assert fixes.install_stack(made, "torch==2.8.0")[-1] == "docker compose build"


def with_versions(torch, vision, ipex, name="sapphire-rapids-2s"):
    given = {"torch": torch, "torchvision": vision, "intel-extension-for-pytorch": ipex}
    readings = {k: Reading(value=v) if v else MISSING for k, v in given.items()}
    return with_stack(recorded_host(name), packages=readings)


@pytest.mark.parametrize(
    ("torch", "vision", "ipex", "state", "said"),
    [
        ("2.8.0", "0.23.0", "2.8.0", "ok", "2.8.0, torchvision 0.23.0, intel-extension-for-p"),
        ("2.8.0+cpu", "0.23.0+cpu", "2.8.0", "ok", "torch 2.8.0+cpu"),
        (None, "0.23.0", "2.8.0", "failure", "torch missing"),
        ("2.8.0", None, "2.8.0", "failure", "torchvision missing"),
        ("2.8.0+cpu", "0.23.0", "2.8.0", "failure", "torchvision is not for this torch"),
        ("2.8.0", "0.24.0", "2.8.0", "failure", "torchvision is not for this torch"),
        ("2.9.0", "0.23.0", "2.8.0", "failure", "torchvision is not for this torch"),
        ("2.9.0", "0.24.0", "2.8.0", "failure", "IPEX is not for this torch"),
        ("2.8.0", "nightly", "2.8.0", "failure", "torchvision is not for this torch"),
        ("2.8.0", "0.23.0", None, "warning", "pytorch missing: only the lane"),
        ("2.7.1", "0.22.1", "2.7.0", "warning", "not the releases that others measure"),
        ("2.8.0a0+git1a2b3c", "0.23.0a0+4d5e6f", "2.8.0", "warning", "not the releases"),
    ],
)
def test_releases_that_work_together_or_not(torch, vision, ipex, state, said):
    found = of_stack(versions, with_versions(torch, vision, ipex))
    assert (found.name, found.state) == ("versions: ipex", state)
    assert said in found.value.value


@pytest.mark.parametrize(
    ("torch", "vision", "state"), [("2.8.0", "0.23.0", "ok"), ("2.9.1", "0.24.1", "warning")]
)
def test_where_ipex_has_nothing_to_do_it_is_not_missed(torch, vision, state):
    assert of_stack(versions, with_versions(torch, vision, None, "laptop")).state == state


def test_the_fix_installs_the_catalogues_releases():
    fix = of_stack(versions, with_versions(None, None, None)).fix
    pins = STACKS["ipex"].packages
    assert [line.strip(" \\") for line in fix[1:]] == [f"{k}=={v}" for k, v in pins.items()]


def second_stack(monkeypatch, requires=(), **packages):
    """HOST, with a second stack in the catalogue and on it, and a lane for that."""
    entry = StackEntry(
        name="next",
        packages={"torch": "2.14.1", "torchvision": "0.29.1"},
        locks=("next.txt",),
        interpreter=lambda: Reading(reason="not made; make it with: make next"),
    )
    lane = replace(catalogue.LANES[0], id="fp32-next", stack="next", requires=requires)
    monkeypatch.setitem(STACKS, "next", entry)
    catalogue.LANES.append(lane)
    (stack,) = find_stacks({"next": entry})
    if packages:
        readings = {k: Reading(value=v) if v else MISSING for k, v in packages.items()}
        stack = HOST.stacks[0].model_copy(update={"name": "next", "packages": readings})
    return HOST.model_copy(update={"stacks": [*HOST.stacks, stack]})


@pytest.fixture
def as_before():
    before = list(catalogue.LANES)
    yield
    catalogue.LANES[:] = before


@pytest.mark.usefixtures("as_before")
@pytest.mark.parametrize(
    ("torch", "vision", "state", "said"),
    [
        ("2.14.1", "0.29.1", "ok", "torch 2.14.1, torchvision 0.29.1"),
        ("2.14.1", "0.28.0", "failure", "torchvision is not for this torch"),
        ("2.13.0", "0.28.0", "warning", "not the releases that others measure"),
        ("2.14.1", None, "warning", "none of its lanes can run"),
    ],
)
def test_each_stack_has_findings_of_its_own(torch, vision, state, said, monkeypatch):
    host = second_stack(monkeypatch, torch=torch, torchvision=vision)
    findings = {finding.name: finding for finding in diagnose(make_case(host=host))}
    assert findings["versions: ipex"].state == findings["OpenMP: ipex"].state == "ok"
    assert findings["versions: next"].state == state
    assert said in findings["versions: next"].value.value
    assert findings["OpenMP: next"].state == "ok"


@pytest.mark.usefixtures("as_before")
def test_a_stack_is_not_blamed_for_another(monkeypatch):
    """Nothing can run here: the one stack has no torch, and the other's lane no such CPU."""
    host = second_stack(monkeypatch, ("no_such_set",), torch="2.14.1", torchvision="0.29.1")
    host = with_stack(host, packages={"torch": MISSING})
    findings = {finding.name: finding.state for finding in diagnose(make_case(host=host))}
    assert findings["versions: ipex"] == "failure"
    assert findings["versions: next"] == "ok"


def of_next(host, *lanes):
    """What is found of the second stack by who asks for these lanes."""
    case = make_case(host=host, options=Options(lane=list(lanes)))
    return [finding for finding in diagnose(case) if finding.name.endswith(": next")]


@pytest.mark.usefixtures("as_before")
def test_a_stack_that_is_not_here_counts_neither_way(monkeypatch):
    (found,) = of_next(second_stack(monkeypatch))
    assert (found.name, found.state) == ("versions: next", "unknown")
    assert found.value.reason == "not made; make it with: make next"


@pytest.mark.usefixtures("as_before")
def test_nor_does_one_without_a_torch(monkeypatch):
    """As the kit's own environment is where only another stack was made."""
    host = second_stack(monkeypatch, torch="2.14.1", torchvision="0.29.1")
    host = with_stack(host, packages={"torch": MISSING})
    case = make_case(host=host, options=Options(lane=["next"]))
    found = {each.name: each.state for each in diagnose(case) if ": " in each.name}
    assert found["versions: ipex"] == "unknown"
    assert "OpenMP: ipex" not in found
    assert (found["versions: next"], found["OpenMP: next"]) == ("ok", "ok")


@pytest.mark.usefixtures("as_before")
@pytest.mark.parametrize(
    ("lanes", "state"),
    [(["next"], "failure"), (["fp32-next"], "failure"), (["fp32", "next"], "warning")],
)
def test_a_stack_that_is_not_here_is_missed_by_who_asks_for_its_lanes(lanes, state, monkeypatch):
    (found,) = of_next(second_stack(monkeypatch), *lanes)
    assert (found.state, found.value.value) == (state, "not made; make it with: make next")
    assert found.fix == ["make stack NAME=next"]


def of_the_user(python="/opt/nightly/bin/python", **packages):
    """What is found of a stack that the user named."""
    readings = {k: Reading(value=v) if v else MISSING for k, v in packages.items()}
    changes = {"name": "nightly", "named": True, "packages": readings}
    interpreter = Reading(value=python) if python else Reading(reason="of no use here: so and so")
    stack = HOST.stacks[0].model_copy(update=changes | {"python": interpreter})
    host = HOST.model_copy(update={"stacks": [*HOST.stacks, stack]})
    return versions(make_case(host=host), stack)


@pytest.mark.parametrize(
    ("torch", "vision", "state", "said"),
    [
        ("2.15.0.dev20261101+cpu", "0.30.0.dev20261101+cpu", "ok", "named by --stack, so no lock"),
        ("2.15.0", None, "failure", "torchvision missing: its lanes can't run"),
        ("2.15.0", "0.29.1", "failure", "this torchvision is not for this torch"),
    ],
)
def test_a_stack_of_the_users_may_have_any_releases_that_go_together(torch, vision, state, said):
    found = of_the_user(torch=torch, torchvision=vision)
    assert (found.name, found.state) == ("versions: nightly", state)
    assert said in found.value.value


def test_one_that_can_not_be_used_is_a_warning():
    found = of_the_user(python=None, torch="2.15.0")
    assert (found.state, found.value.value) == ("warning", "of no use here: so and so")
    assert found.fix[-1] == "--stack nightly=PYTHON"


ROOMY = [make_folder("results"), make_folder("data"), make_folder("temporary files")]


def changed(what, **changes):
    return [
        make_folder(folder.what, **(changes if folder.what == what else {})) for folder in ROOMY
    ]


def test_room_everywhere():
    found = disk(make_case(folders=ROOMY))
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
    found = disk(make_case(folders=changed(what, free=free)))
    assert found.state == state
    if state != "ok":
        assert found.fix == [
            f"# {what}: a folder on a disk with room",
            f"export {make_folder(what).variable}=/a/disk/with/room/bench",
        ]


def test_a_folder_that_can_not_be_written():
    folders = changed("results", writable=False)
    found = disk(make_case(folders=folders))
    assert found.state == "failure"
    assert found.value.value == "can't be written: results in /srv/bench"
    assert found.fix[-1] == f"sudo install -d -o {os.getuid()} /srv/bench"
    inside = disk(make_case(host=contained(HOST), folders=folders)).fix
    assert inside[-1] == 'mkdir -p bench-results && export BENCH_RESULTS="$PWD/bench-results"'


def test_temporary_files_of_a_container_are_in_its_tmpfs():
    folders = changed("temporary files", writable=False)
    fix = disk(make_case(host=contained(HOST), folders=folders)).fix
    assert "--tmpfs /tmp:exec,size=1g" in fix


def test_data_in_place_may_be_read_only():
    folder = make_folder("data")
    there = WritableFolder("data", folder.variable, folder.path, 0, False, Reading(value=0))
    found = disk(make_case(folders=[make_folder("results"), there]))
    assert found.state == "ok"
    assert "0 B for data (in place)" in found.value.value


def test_a_disk_that_does_not_tell():
    folder = make_folder("results")
    unknown = WritableFolder(
        "results", folder.variable, folder.path, 1, True, Reading(reason="/srv: stale")
    )
    found = disk(make_case(folders=[unknown]))
    assert (found.state, found.value.reason) == ("unknown", "/srv: stale")


def test_folders_are_read_without_being_made(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    results, data, temporary = read_folders(tmp_path / "a" / "results", tmp_path / "data")
    assert list(tmp_path.iterdir()) == []
    assert (results.path, temporary.path) == (tmp_path / "a" / "results", tmp_path)
    assert results.writable
    assert temporary.writable
    assert data.needs == DATA_BYTES
    disk = os.statvfs(tmp_path)
    assert 0 < results.free.value <= disk.f_blocks * disk.f_frsize


def test_a_data_set_in_place_needs_no_room(tmp_path):
    (tmp_path / "data/cifar10/cifar-10-batches-py").mkdir(parents=True)
    assert read_folders(tmp_path, tmp_path / "data")[1].needs == 0


def test_below_a_file_nothing_can_be_written(tmp_path):
    (tmp_path / "file").touch()
    results, *_ = read_folders(tmp_path / "file" / "results", tmp_path)
    assert not results.writable


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_a_folder_that_nobody_may_look_into(tmp_path, monkeypatch):
    closed = tmp_path / "closed"
    (closed / "results").mkdir(parents=True)
    closed.chmod(0o700)
    monkeypatch.setenv("TMPDIR", str(closed / "tmp"))

    def as_nobody():
        os.setuid(65534)
        results, _, temporary = read_folders(closed / "results", closed / "data")
        return 10 * results.writable + (temporary.path == closed / "tmp")

    assert in_child(as_nobody) == 0


def test_a_tmpdir_that_is_none_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "gone"))
    monkeypatch.setenv("TEMP", str(tmp_path))
    assert read_folders(tmp_path, tmp_path)[2].path == tmp_path


def test_the_default_folder_is_gib_sized():
    assert disk(make_case(folders=[make_folder("results", free=GIB)])).value.value == (
        "free: 1 GiB for results (needs 64 MiB)"
    )
