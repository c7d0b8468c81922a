"""`bench pack`: what an archive holds, and that commands take it as they take the folder."""

import hashlib
import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from bench.results import checksums
from bench.results.archive import artifact
from bench.results.folder import read
from bench.results.pack import pack
from tests.artifacts import consistent_result, copy_artifact, write_artifact
from tests.host_factory import make_host

RUN = "20261123T093000Z-host-quick"

SYSTEM_FIELDS = {
    *("submitter", "division", "status", "system_name", "number_of_nodes"),
    *("host_processors_per_node", "host_processor_model_name", "host_processor_core_count"),
    *("host_processor_vcpu_count", "host_processor_frequency", "host_processor_caches"),
    *("host_processor_interconnect", "host_memory_capacity", "host_memory_configuration"),
    *("host_storage_type", "host_storage_capacity", "host_networking"),
    *("host_networking_topology", "accelerators_per_node", "accelerator_model_name"),
    *("accelerator_host_interconnect", "accelerator_frequency", "accelerator_on-chip_memories"),
    *("accelerator_memory_configuration", "accelerator_memory_capacity"),
    *("accelerator_interconnect", "accelerator_interconnect_topology", "cooling", "hw_notes"),
    *("framework", "other_software_stack", "operating_system", "sw_notes"),
}
"""What mlperf_logging.system_desc_checker asks for (it misspells the second)."""


@pytest.fixture(scope="module")
def valid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_artifact(tmp_path_factory.mktemp("results") / RUN)


@pytest.fixture(scope="module")
def packed(valid: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("packed") / "run.zip"
    pack(valid, output)
    return output


def inside(path: Path, name: str) -> Any:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read(name))


def entities(path: Path) -> dict[str, Any]:
    return {each["@id"]: each for each in inside(path, "ro-crate-metadata.json")["@graph"]}


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        each.relative_to(folder).as_posix(): each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file()
    }


def test_it_says_where_the_archive_is(valid, tmp_path, monkeypatch, bench):
    monkeypatch.chdir(tmp_path)
    before = files_of(valid)
    done = bench("pack", valid)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{RUN}.zip: ")
    assert [each.name for each in tmp_path.iterdir()] == [f"{RUN}.zip"]
    assert files_of(valid) == before
    other = bench("pack", valid, "--output", tmp_path / "other.zip")
    assert other.returncode == 0
    assert (tmp_path / "other.zip").read_bytes() == (tmp_path / f"{RUN}.zip").read_bytes()


def test_by_a_link_it_has_the_runs_own_name(valid, tmp_path, monkeypatch, bench):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "latest").symlink_to(valid)
    assert bench("pack", "latest").stdout.startswith(f"{RUN}.zip: ")


def test_an_archive_has_the_run_as_it_is(valid, packed):
    with artifact(packed) as run:
        assert run.name == RUN
        assert files_of(run) == files_of(valid)


def test_the_same_run_gives_the_same_bytes_wherever_and_whenever(valid, packed, tmp_path):
    copy = tmp_path / "elsewhere" / RUN
    shutil.copytree(valid, copy)
    for each in copy.rglob("*"):
        os.utime(each, (1e9, 1e9))
        each.chmod(0o700)
    pack(copy, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == packed.read_bytes()
    with artifact(packed) as run:
        pack(run, tmp_path / "unpacked.zip")
    assert (tmp_path / "unpacked.zip").read_bytes() == packed.read_bytes()


def test_no_entry_tells_of_who_packed_it(packed):
    with zipfile.ZipFile(packed) as archive:
        entries = archive.infolist()
    assert {each.date_time for each in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {each.external_attr >> 16 for each in entries} == {0o100644}
    assert {each.extra for each in entries} == {b""}


@pytest.mark.parametrize(
    "words", [["verify"], ["report"], ["export", "-f", "csv"], ["verify", "--json"]]
)
def test_commands_take_it_as_the_folder(words, valid, packed, bench, monkeypatch):
    monkeypatch.setattr("bench.run.saving.is_rendered", lambda *_: True)
    with_folder, with_archive = (bench(*words, each) for each in (valid, packed))
    assert with_folder.returncode == 0
    assert with_archive.stdout == with_folder.stdout
    assert with_archive.stderr == with_folder.stderr


def test_nothing_is_written_into_an_archive(packed, bench):
    before = packed.read_bytes()
    done = bench("report", packed, "--write")
    assert (done.returncode, done.stdout) == (3, "")
    assert "is an archive, and nothing is written into one\nremedy: unpack it" in done.stderr
    assert packed.read_bytes() == before


def test_it_is_packed_only_if_it_is_valid(tmp_path, bench):
    folder = copy_artifact(tmp_path / "run")
    (folder / "samples.csv").write_text("0,0\n")
    done = bench("pack", folder, "-o", tmp_path / "out.zip")
    assert done.returncode == 5
    assert "samples.csv: changed since it was summed" in done.stderr
    assert not (tmp_path / "out.zip").exists()


def test_a_changed_figure_in_an_archive_is_exit_code_5(packed, tmp_path, bench):
    with artifact(packed) as run, zipfile.ZipFile(tmp_path / "bad.zip", "w") as bad:
        for name, content in files_of(run).items():
            bad.writestr(f"{RUN}/{name}", content.replace(b'"rounds_completed": 2', b'"x": 2'))
    done = bench("verify", tmp_path / "bad.zip")
    assert done.returncode == 5
    assert done.stdout.startswith("result.json is not a valid result: summary.rounds_completed")
    assert (
        f"{tmp_path}/bad.zip/{RUN}/result.json is" in bench("report", tmp_path / "bad.zip").stderr
    )


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: folder / "run.zip", "would be a part of the run"),
        (lambda folder: folder / "charts" / ".." / "run.zip", "would be a part of the run"),
        (lambda folder: folder.parent / "gone" / "run.zip", "No such file or directory"),
        (lambda folder: folder.parent, "can't be written"),
    ],
)
def test_where_it_cannot_be_written_it_says_so_and_leaves_nothing(make, said, tmp_path, bench):
    folder = copy_artifact(tmp_path / "results" / "run")
    before = files_of(tmp_path)
    done = bench("pack", folder, "-o", make(folder))
    assert done.returncode == 3
    assert said in done.stderr
    assert files_of(tmp_path) == before


def test_names_that_would_be_refused_are_not_packed(tmp_path, bench):
    folder = copy_artifact(tmp_path / "run")
    (folder / "REPORT.md").write_text("differs only in case\n")
    checksums.write(folder)
    done = bench("pack", folder, "-o", tmp_path / "out.zip")
    assert done.returncode == 5
    assert "differ only in case" in done.stderr
    (folder / "REPORT.md").rename(folder / "a\\b")
    checksums.write(folder)
    done = bench("pack", folder, "-o", tmp_path / "out.zip")
    assert done.returncode == 5
    assert "no name that every system reads alike" in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["run"]


def test_a_folder_whose_name_no_archive_may_have_is_called_run(tmp_path):
    folder = copy_artifact(tmp_path / "a\\b")
    pack(folder, tmp_path / "out.zip")
    with artifact(tmp_path / "out.zip") as run:
        assert run.name == "run"


def test_the_crate_lists_every_file_with_its_size_and_sum(packed):
    known = entities(packed)
    with zipfile.ZipFile(packed) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    files = {unquote(name): each for name, each in known.items() if each["@type"] == "File"}
    assert set(files) == set(contents) - {"ro-crate-metadata.json"}
    for name, each in files.items():
        assert each["contentSize"] == str(len(contents[name]))
        assert each["sha256"] == hashlib.sha256(contents[name]).hexdigest()
    assert files[f"{RUN}/result.json"]["encodingFormat"] == "application/json"
    reached, waiting = set(), ["./"]
    while waiting:
        parts = [each["@id"] for each in known[waiting.pop()].get("hasPart", [])]
        reached |= set(parts)
        waiting += parts
    assert reached == {*map(str, files), f"{RUN}/"}


def test_the_crate_is_one_of_version_1_2(packed):
    known = entities(packed)
    about = known["ro-crate-metadata.json"]
    assert about["about"] == {"@id": "./"}
    assert about["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.2"}
    root = known["./"]
    assert root["@type"] == "Dataset"
    assert root["datePublished"] == "2026-11-23"
    assert all(root[name] for name in ("name", "description", "license"))
    for each in known.values():  # whatever is referred to is there
        for value in each.values():
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, dict) and not one["@id"].startswith("http"):
                    assert one["@id"] in known, one


def test_the_crate_tells_what_made_the_run_and_where(packed):
    known = entities(packed)
    action = known["#run"]
    assert action["@type"] == "CreateAction"
    assert action["description"] == "bench run --profile quick"
    assert (action["startTime"], action["result"]) == (
        "2026-11-23T09:30:00+00:00",
        {"@id": f"{RUN}/"},
    )
    assert action["actionStatus"] == {"@id": "http://schema.org/CompletedActionStatus"}
    assert [each["@id"] for each in action["instrument"]] == ["#kit", "#host"]
    assert known["#kit"]["softwareVersion"] == "0.1.0 (1a2b3c4d5e6f)"
    assert known["#ipex-torch"]["version"] == "2.8.0"
    assert known["#host"]["model"] == "INTEL(R) XEON(R) PLATINUM 8581C CPU @ 2.10GHz"


def test_nobody_is_named_unasked(packed, valid, tmp_path, bench):
    known = entities(packed)
    assert "author" not in known["./"]
    assert "agent" not in known["#run"]
    assert known["./"]["license"].startswith("No licence was named")
    assert inside(packed, "system.json")["submitter"] == ""
    named = ["--author", "Ada <b>", "--license", "CC-BY-4.0"]
    assert bench("pack", valid, "-o", tmp_path / "named.zip", *named).returncode == 0
    known = entities(tmp_path / "named.zip")
    assert known[known["./"]["author"]["@id"]]["name"] == "Ada <b>"
    assert known["#run"]["agent"] == known["./"]["author"]
    licence = known[known["./"]["license"]["@id"]]
    assert (licence["@id"], licence["name"]) == (
        "https://spdx.org/licenses/CC-BY-4.0",
        "CC-BY-4.0",
    )
    assert inside(tmp_path / "named.zip", "system.json")["submitter"] == "Ada <b>"


def test_a_licence_may_be_an_address(valid, tmp_path, bench):
    address = "https://example.org/licence"
    bench("pack", valid, "-o", tmp_path / "run.zip", "--license", address)
    assert entities(tmp_path / "run.zip")["./"]["license"] == {"@id": address}


def test_the_system_has_mlcommons_names_and_nothing_unknown_is_guessed(packed):
    told = inside(packed, "system.json")
    assert set(told) == SYSTEM_FIELDS
    assert all(isinstance(value, str) for value in told.values())
    assert told["host_processor_model_name"] == "INTEL(R) XEON(R) PLATINUM 8581C CPU @ 2.10GHz"
    assert told["host_processors_per_node"] == "1"
    assert told["host_memory_capacity"] == "16 GiB"
    assert told["framework"] == "PyTorch 2.8.0"
    assert told["operating_system"] == "Debian GNU/Linux 12 (bookworm), Linux 6.1.0-28-cloud-amd64"
    assert (told["accelerators_per_node"], told["host_storage_type"]) == ("0", "")


def test_cores_are_those_of_one_processor(tmp_path):
    result = consistent_result()
    result.host = make_host(big=True)
    folder = write_artifact(tmp_path / "run", result)
    pack(folder, tmp_path / "run.zip")
    told = inside(tmp_path / "run.zip", "system.json")
    assert told["host_processors_per_node"] == "2"
    assert told["host_processor_core_count"] == "56"
    assert told["host_processor_vcpu_count"] == "224"


def test_hostile_texts_stay_texts(tmp_path):
    result = consistent_result()
    result.host.cpu.brand.value = 'x"}],\n"\u202e</script>'
    result.command = ["bench", "run", "--results", 'a b"']
    folder = write_artifact(tmp_path / "run", result)
    pack(folder, tmp_path / "run.zip")
    assert entities(tmp_path / "run.zip")["#host"]["model"] == result.host.cpu.brand.value
    with artifact(tmp_path / "run.zip") as run:
        assert read(run) == result
