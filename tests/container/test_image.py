"""What the image holds, and what it does not."""

import hashlib
import json

import pytest

from bench.model.steering import steering
from tests.container.engine import IMAGE, ROOT, docker, inside

pytestmark = pytest.mark.usefixtures("image")


def config():
    return json.loads(docker("image", "inspect", IMAGE).stdout)[0]["Config"]


def test_the_default_user_is_not_root():
    assert inside("id", "-u") == "1000\n"


def test_no_setting_that_steers_a_lane_is_in_its_environment():
    names = [line.partition("=")[0] for line in config()["Env"]]
    assert "PATH" in names
    assert steering(dict.fromkeys(names, "")) == {}


def test_the_launchers_libraries_have_the_names_it_looks_for():
    found = inside(
        "sh", "-c", "readlink -e /usr/local/lib/lib*malloc.so; which numactl lscpu taskset"
    )
    assert "libtcmalloc_minimal.so.4" in found
    assert "libjemalloc.so.2" in found
    assert len(found.split()) == 5
    assert inside("ls", "/opt/bench/venv/lib/libiomp5.so")


def test_no_build_tool_cache_or_package_list_is_left():
    for tool in ("gcc", "cc", "g++", "git", "pip", "pip3", "uv", "make"):
        assert docker("run", "--rm", "--entrypoint", "which", IMAGE, tool).returncode == 1, tool
    leftovers = (
        r"find / -xdev \( -path '*/.cache/*' -o -path '/var/lib/apt/lists/*' -o -path /build"
        r" -o -name '*.deb' -o -name '*.whl' \) -not -type d"
    )
    assert inside("sh", "-c", leftovers, options=("--user", "0")) == ""


def test_nothing_outside_tmp_is_world_writable():
    # -xdev leaves out what the engine mounts, but names the mount points.
    writable = "find / -xdev -perm -0002 -not -type l -not -path '/tmp*' -not -path '/dev*'"
    assert inside("sh", "-c", writable, options=("--user", "0")) == ""


def test_bytecode_is_compiled():
    """A user who may not write it would compile IPEX at each start of a lane."""
    count = (
        "from pathlib import Path; import sys; "
        "s = Path(sys.prefix, 'lib/python3.11/site-packages/intel_extension_for_pytorch'); "
        "print(len(list(s.rglob('*.pyc'))) / len(list(s.rglob('*.py'))))"
    )
    assert float(inside("python", "-c", count)) > 0.99


def record():
    return json.loads(inside("cat", "/opt/bench/build.json"))


def test_it_carries_the_record_of_its_build():
    told = record()
    locks = sorted((ROOT / "requirements").glob("*.txt"))
    assert told["locks"] == {
        lock.name: hashlib.sha256(lock.read_bytes()).hexdigest() for lock in locks
    }
    assert told["torch_build"] in ("cpu", "registry")
    for fact in ("commit", "built_at", "base_digest"):
        assert (told[fact]["value"] is None) != (told[fact]["reason"] is None), fact


def test_sbom_lists_packages_with_versions_and_hashes():
    with (ROOT / "docker" / "packages.py").open() as script:
        code = script.read()
    listed = json.loads(inside("python3", "-c", code))
    by_name = {(each["kind"], each["name"]): each for each in listed}
    assert by_name["python", "intel_extension_for_pytorch"]["version"].startswith("2.8.0")
    assert ("deb", "numactl") in by_name
    unhashed = [each["name"] for each in listed if each["sha256"] is None]
    assert set(unhashed) <= {"base-files"}, unhashed
