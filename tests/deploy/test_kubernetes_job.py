"""The Kubernetes manifest: valid by Kubernetes' own schema, and with what pinning needs."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / "deploy" / "kubernetes-job.yaml"


def validate(path: Path) -> subprocess.CompletedProcess[str]:
    tool = Path(sys.executable).with_name("kubernetes-validate")
    return subprocess.run([tool, "--strict", path], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def pod():
    return yaml.safe_load(MANIFEST.read_text())["spec"]["template"]["spec"]


def test_it_follows_the_schema():
    done = validate(MANIFEST)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("backoffLimit: 0", "backoffLimits: 0"), ("restartPolicy: Never", "restartPolicy: [Never]")],
)
def test_the_tool_would_tell(tmp_path, right, wrong):
    spoilt = tmp_path / "job.yaml"
    spoilt.write_text(MANIFEST.read_text().replace(right, wrong))
    assert validate(spoilt).returncode != 0


def test_its_pod_is_guaranteed_with_whole_cpus(pod):
    """What the static CPU manager asks for before it gives cores to a container alone."""
    (container,) = pod["containers"]
    assert container["resources"]["requests"] == container["resources"]["limits"]
    assert container["resources"]["limits"]["cpu"].isdigit()


def test_it_has_the_rights_of_the_compose_service_and_not_more(pod):
    (container,) = pod["containers"]
    rights = container["securityContext"]
    assert rights["capabilities"] == {"drop": ["ALL"], "add": ["SYS_NICE"]}
    assert rights["allowPrivilegeEscalation"] is False
    assert rights["readOnlyRootFilesystem"] is True
    assert pod["securityContext"]["runAsUser"] == 1000


def test_all_that_bench_writes_to_is_a_volume(pod):
    (container,) = pod["containers"]
    mounted = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    assert set(mounted) == {"/bench/results", "/bench/data", "/tmp", "/dev/shm"}
    assert set(mounted.values()) == {volume["name"] for volume in pod["volumes"]}
