"""Builds: their labels, again, and behind a company's proxy and certificate authority."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import bench
from tests.container.engine import IMAGE, ROOT, docker, inside
from tests.container.network import Folder, Mirror, Proxy, certificates, served

pytestmark = pytest.mark.usefixtures("image")
PREFIX = "org.opencontainers.image."


def record(image: str = IMAGE) -> dict:
    done = docker("run", "--rm", "--entrypoint", "cat", image, "/opt/bench/build.json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def labels() -> dict[str, str]:
    found = json.loads(docker("image", "inspect", IMAGE).stdout)[0]["Config"]["Labels"]
    own = {k.removeprefix(PREFIX): v for k, v in found.items() if k.startswith(PREFIX)}
    assert [name for name, value in own.items() if not value] == [], "absent, not empty"
    return own


def base_arguments() -> list[str]:
    """Build arguments that name the base of the image that is there."""
    built = record()
    digest = built["base_digest"]["value"] or ""
    return [
        *("--build-arg", f"BENCH_BASE={built['base']}"),
        *("--build-arg", f"BENCH_BASE_DIGEST={digest}"),
    ]


def test_a_plain_build_has_the_labels_that_it_knows():
    assert docker("compose", "build").returncode == 0
    told, built = labels(), record()
    assert told["title"] == "bench"
    assert told["licenses"] == "Apache-2.0"
    assert told["version"] == bench.__version__
    assert told["base.name"] == built["base"]
    assert told.get("base.digest") == built["base_digest"]["value"]
    assert set(told) & {"revision", "source", "created"} == set()


def test_make_image_adds_the_commit():
    clean = {k: v for k, v in os.environ.items() if k != "SOURCE_DATE_EPOCH"}
    made = subprocess.run(
        [ROOT / "scripts/container.sh", "image"], env=clean, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    told, built = labels(), record()
    assert told["revision"] == built["commit"]["value"]
    assert told["created"] == built["built_at"]["value"].replace("+00:00", "Z")
    assert "@" not in told.get("source", "").partition("//")[2], "no password, no user"


@pytest.mark.parametrize("epoch", [None, "1700000000"])
def test_another_build_of_the_commit_is_the_same(epoch):
    before, version = record(), inside("bench", "--version")
    time = ["--build-arg", f"SOURCE_DATE_EPOCH={epoch}"] if epoch else []
    again = docker(
        *("build", "--quiet", "--no-cache-filter", "kit", "--tag", "bench:again"),
        *base_arguments(),
        *time,
        ".",
    )
    assert again.returncode == 0, again.stderr
    shown, told = docker("run", "--rm", "bench:again", "--version"), record("bench:again")
    docker("image", "rm", "bench:again")
    assert shown.stdout == version == f"bench {bench.__version__}\n"
    if epoch:
        assert told.pop("built_at")["value"] == "2023-11-14T22:13:20+00:00"
        del before["built_at"]
    assert told == before


def test_a_stack_that_is_left_out():
    """The other is not made anew for it."""
    tag = "bench-test:ipex"
    left_out = ("--build-arg", "STACKS=ipex")
    built = docker("build", "--progress", "plain", "--tag", tag, *base_arguments(), *left_out, ".")
    assert built.returncode == 0, built.stderr[-3000:]
    told = record(tag)
    assert set(told["torch_builds"]) == {"ipex"}
    assert not [lock for lock in told["locks"] if lock.startswith("stack-torch")]
    probed = json.loads(docker("run", "--rm", tag, "probe", "--json").stdout)["host"]["stacks"]
    docker("image", "rm", tag)
    ipex, torch = (stack["python"] for stack in probed)
    assert ipex["value"] == "/opt/bench/venv/bin/python"
    assert torch["reason"].startswith("left out of this image; build one with it: docker compose")
    assert "make-stack ipex" in built.stderr
    assert "PyTorch's CPU index" not in built.stderr, "nothing was asked for: its layer is there"


def test_a_stack_that_nobody_knows_is_said():
    built = docker("build", *base_arguments(), "--build-arg", "STACKS=ipex nightly", ".")
    assert built.returncode != 0
    assert "stack-nightly.in" in built.stderr


@pytest.fixture(scope="module")
def company(tmp_path_factory) -> tuple[Path, Path]:
    """The company's CA, and 127.0.0.1's certificate that nobody else would trust."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificates, and it is not installed")
    return certificates(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="module")
def behind_mirror(company):
    """A base image whose only Debian mirror has a certificate of the company's."""
    _, server = company
    sources = "grep -rhE '^(deb |URIs:)' /etc/apt | grep -oE 'https?://[^/ ]+'"
    found = docker("run", "--rm", "--entrypoint", "sh", base(), "-c", sources)
    assert found.returncode == 0, found.stderr

    class Original(Mirror):
        archive = found.stdout.split()[0]

    with served(Original, server) as port:
        script = (
            "find /etc/apt -name '*sources*' -type f -exec sed -Ei "
            f"'s#{Original.archive}#https://127.0.0.1:{port}#' {{}} +"
        )
        made = subprocess.run(
            ["docker", "build", "--quiet", "--tag", "bench-test:behind-mirror", "-"],
            input=f"FROM {base()}\nRUN {script}\n",
            capture_output=True,
            text=True,
        )
        assert made.returncode == 0, made.stderr
        yield f"127.0.0.1:{port}"
    docker("image", "rm", "bench-test:behind-mirror")


def base() -> str:
    built = record()
    digest = built["base_digest"]["value"]
    return f"{built['base']}@{digest}" if digest else built["base"]


def build_system(*arguments: str | Path):
    """Debian's packages, installed anew."""
    return docker(
        *("build", "--progress", "plain", "--target", "system", "--no-cache-filter", "system"),
        *("--network", "host", "--tag", "bench-test:system"),
        *("--build-arg", "BENCH_BASE=bench-test:behind-mirror"),
        *("--build-arg", "BENCH_BASE_DIGEST="),
        *arguments,
        ".",
    )


def test_debian_packages_by_a_proxy_and_a_certificate_of_the_companys(
    company, behind_mirror, tmp_path
):
    ca, _ = company

    class Logging(Proxy):
        asked: list[str] = []

    with served(Logging) as port:
        proxy = ("--build-arg", f"HTTPS_PROXY=http://127.0.0.1:{port}")
        without = build_system(*proxy)
        assert without.returncode != 0, "who else trusts this CA?"
        assert "Certificate verification failed" in without.stderr
        built = build_system(*proxy, "--secret", f"id=ca,src={ca}")
    assert built.returncode == 0, built.stderr[-3000:]
    assert set(Logging.asked) == {behind_mirror}
    saved = tmp_path / "image.tar"
    assert docker("save", "--output", saved, "bench-test:system").returncode == 0
    docker("image", "rm", "bench-test:system")
    content = saved.read_bytes()
    assert b"numactl" in content, "the layers are as they are, not compressed"
    for trace in (ca.read_bytes().splitlines()[1], f"127.0.0.1:{port}".encode()):
        assert trace not in content


def test_python_packages_from_an_index_with_a_certificate_of_the_companys(company, tmp_path):
    ca, server = company
    package = tmp_path / "index" / "simple" / "bench-test-tiny"
    package.mkdir(parents=True)
    write_wheel(package)

    class Index(Folder):
        folder = tmp_path / "index"

    stage = "bench-test:stack-base"
    made = docker("build", "--target", "stack-base", "--tag", stage, *base_arguments(), ".")
    assert made.returncode == 0, made.stderr
    uv = Path(sys.executable).with_name("uv")
    with served(Index, server) as port:
        for command in (
            "python3 -m venv /tmp/v && "
            "/with-indexes /tmp/v/bin/pip install --retries 0 bench-test-tiny",
            "/with-indexes /uv pip install --no-cache --target /tmp/t bench-test-tiny",
        ):
            for trusted in (True, False):
                done = docker(
                    *("run", "--rm", "--network", "host", "--entrypoint", "sh"),
                    *("--env", f"PIP_INDEX_URL=https://127.0.0.1:{port}/simple"),
                    *("--volume", f"{ROOT / 'docker/with-indexes'}:/with-indexes:ro"),
                    *("--volume", f"{uv}:/uv:ro"),
                    *(("--volume", f"{ca}:/run/secrets/ca:ro") if trusted else ()),
                    *(stage, "-c", command),
                )
                assert (done.returncode == 0) is trusted, done.stdout + done.stderr
    docker("image", "rm", stage)


def write_wheel(folder: Path) -> None:
    info = "bench_test_tiny-1.dist-info"
    with zipfile.ZipFile(folder / "bench_test_tiny-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: bench-test-tiny\nVersion: 1\n"
        )
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", f"{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
