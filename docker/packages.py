"""Prints what is installed in an image, as JSON: `python3 - <packages.py` inside.

A Debian package's hash is of dpkg's list of its files' MD5 sums, a Python package's of its RECORD,
which has each file's SHA-256: two images that show the same hash have the same files.
"""

import hashlib
import json
import subprocess
from importlib.metadata import distributions
from pathlib import Path

DPKG = Path("/var/lib/dpkg/info")
ENVIRONMENTS = (Path("/opt/bench/venv"), *sorted(Path("/opt/bench/.stacks").glob("*")))
"""The kit's own, which has the stack `ipex`, and those of the stacks beside it."""


def debian() -> list[dict[str, str | None]]:
    shown = "${Package}\t${Architecture}\t${Version}\n"
    told = subprocess.run(
        ["dpkg-query", "-W", "-f", shown], capture_output=True, text=True, check=True
    )
    packages = []
    for line in told.stdout.splitlines():
        name, architecture, version = line.split("\t")
        # dpkg has the architecture in the name of what can be installed for several at once.
        sums = (DPKG / f"{name}.md5sums", DPKG / f"{name}:{architecture}.md5sums")
        content = next((path.read_bytes() for path in sums if path.exists()), None)
        packages.append(package("deb", "/", name, version, content))
    return packages


def python() -> list[dict[str, str | None]]:
    packages = []
    for environment in ENVIRONMENTS:
        for found in distributions(path=[str(environment / "lib/python3.11/site-packages")]):
            record = found.read_text("RECORD")
            content = record.encode() if record is not None else None
            name, version = found.metadata["Name"], found.version
            packages.append(package("python", str(environment), name, version, content))
    return packages


def package(
    kind: str, where: str, name: str, version: str, content: bytes | None
) -> dict[str, str | None]:
    sha256 = hashlib.sha256(content).hexdigest() if content is not None else None
    return {"kind": kind, "where": where, "name": name, "version": version, "sha256": sha256}


def order(each: dict[str, str | None]) -> tuple[str, str, str]:
    return str(each["kind"]), str(each["where"]), str(each["name"]).lower()


print(json.dumps(sorted([*debian(), *python()], key=order), indent=1))
