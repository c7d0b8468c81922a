"""What the image holds, and what it does not."""

import hashlib
import json

import pytest

from bench.host.stacks import STACKS
from bench.model.steering import steering
from tests.container.engine import IMAGE, ROOT, docker, inside

pytestmark = pytest.mark.usefixtures("image")
ENVIRONMENTS = ["/opt/bench/venv", "/opt/bench/.stacks/torch"]


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
    for environment in ENVIRONMENTS:
        assert inside("ls", f"{environment}/lib/libiomp5.so")


def test_no_build_tool_cache_or_package_list_is_left():
    for tool in ("git", "pip", "pip3", "uv", "make"):
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


@pytest.mark.parametrize(
    "package", ["venv/lib/*/*/intel_extension_for_pytorch", ".stacks/*/lib/*/*/torch"]
)
def test_bytecode_is_compiled(package):
    """A user who may not write it would compile it at each start of a lane."""
    count = (
        f"from pathlib import Path; (s,) = Path('/opt/bench').glob('{package}'); "
        "print(len(list(s.rglob('*.pyc'))) / len(list(s.rglob('*.py'))))"
    )
    assert float(inside("python", "-c", count)) > 0.99


def test_what_the_compiler_needs_is_there():
    """Python's headers beside it; and objdump, which reads what it made."""
    found = inside("sh", "-c", "which g++ objdump; find /usr/include -name Python.h -o -name omp.h")
    assert len(found.split()) == 3
    assert "/usr/include/python3.11/Python.h" in found


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_packages_own_list_has_no_file_that_was_left_out(environment):
    code = """
import re, sys
from importlib.metadata import distributions

found = {each.metadata["Name"]: each.files or [] for each in distributions(path=sys.argv[1:])}
print([str(file) for files in found.values() for file in files if not file.locate().exists()])
print([name for name in found if re.match("nvidia.*(cusolver|nvtx)|triton", name)])
"""
    site = f"{environment}/lib/python3.11/site-packages"
    assert inside("python3", "-c", code, site) == "[]\n[]\n"


def record():
    return json.loads(inside("cat", "/opt/bench/build.json"))


def test_it_carries_the_record_of_its_build():
    told = record()
    locks = sorted((ROOT / "requirements").glob("*.txt"))
    assert set(told["torch_builds"]) == set(STACKS)
    assert set(told["torch_builds"].values()) <= {"cpu", "registry"}
    assert told["locks"] == {
        lock.name: hashlib.sha256(lock.read_bytes()).hexdigest() for lock in locks
    }
    for fact in ("commit", "built_at", "base_digest"):
        assert (told[fact]["value"] is None) != (told[fact]["reason"] is None), fact


def test_sbom_lists_packages_with_versions_and_hashes():
    with (ROOT / "docker" / "packages.py").open() as script:
        code = script.read()
    listed = json.loads(inside("python3", "-c", code))
    by_name = {(each["where"], each["name"]): each for each in listed}
    ipex, torch = ENVIRONMENTS
    assert by_name[ipex, "intel_extension_for_pytorch"]["version"].startswith("2.8.0")
    assert by_name[ipex, "torch"]["version"] != by_name[torch, "torch"]["version"]
    assert ("/", "numactl") in by_name
    unhashed = [each["name"] for each in listed if each["sha256"] is None]
    assert set(unhashed) <= {"base-files"}, unhashed
