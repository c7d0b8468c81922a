"""Whether a process is known to be in a container, from each of the marks that engines leave."""

import re
from pathlib import Path

import pytest

import bench
from bench.host.container import read_container
from bench.host.files import Files
from tests.recorded_hosts import recorded_host, write

JOB = Path(bench.__file__).parent.parent / "deploy/kubernetes-job.yaml"
ROOT = "22 1 0:50 / / rw,relatime - overlay overlay rw,lowerdir="
NO_MARK = "no mark of a container"
DISK = "22 1 254:0 / / rw - ext4 /dev/vda rw"


def container(root, **environment):
    return read_container(Files(root), environment)


@pytest.mark.parametrize(
    ("path", "text", "engine"),
    [
        (".dockerenv", "", "docker"),
        ("run/.containerenv", "", "podman"),
        ("var/run/secrets/kubernetes.io/serviceaccount/token", "x", "kubernetes"),
        (".singularity.d/runscript", "", "apptainer"),
        ("run/systemd/container", "systemd-nspawn", "systemd-nspawn"),
        ("run/systemd/container", "lxc", "lxc"),
        ("dev/lxd/sock", "", "lxc"),
        ("proc/self/cgroup", "0::/system.slice/docker-0a1b.scope", "docker"),
        ("proc/self/cgroup", "4:memory:/docker/0a1b", "docker"),
        ("proc/self/cgroup", "0::/kubepods.slice/cri-containerd-0a1b.scope", "kubernetes"),
        ("proc/self/cgroup", "0::/machine.slice/libpod-0a1b.scope", "podman"),
        ("proc/self/cgroup", "0::/lxc.payload.web/init.scope", "lxc"),
        ("proc/self/cgroup", "0::/system.slice/crio-0a1b.scope", "cri-o"),
        ("proc/1/environ", "HOME=/\0container=systemd-nspawn\0X=1", "systemd-nspawn"),
        ("proc/self/mountinfo", f"{ROOT}/var/lib/docker/overlay2/l/X", "docker"),
        ("proc/self/mountinfo", f"{ROOT}/home/me/.local/share/containers/storage/overlay/l/X",
         "podman"),
        ("proc/self/mountinfo",
         f"{ROOT}/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/7/fs",
         "containerd"),
        ("proc/self/mountinfo",
         "9 8 0:5 /var/lib/kubelet/pods/7/etc-hosts /etc/hosts rw - ext4 /dev/sda1 rw",
         "kubernetes"),
        ("proc/self/mountinfo", "9 8 0:5 /proc/meminfo /proc/meminfo rw - fuse.lxcfs lxcfs rw",
         "lxc"),
    ],
)  # fmt: skip
def test_the_marks_of_a_container(path, text, engine, tmp_path):
    assert container(tmp_path).reason == NO_MARK
    write(tmp_path, path, text)
    assert container(tmp_path).value == engine


@pytest.mark.parametrize(
    ("variable", "value", "engine"),
    [
        ("KUBERNETES_SERVICE_HOST", "10.96.0.1", "kubernetes"),
        ("APPTAINER_CONTAINER", "/images/bench.sif", "apptainer"),
        ("SINGULARITY_CONTAINER", "/images/bench.sif", "singularity"),
        ("CH_RUNNING", "Weird Al Yankovic", "charliecloud"),
        ("container", "oci", "oci"),
    ],
)
def test_the_variables_that_a_container_has(variable, value, engine, tmp_path):
    assert container(tmp_path, **{variable: value}).value == engine
    assert container(tmp_path, **{variable: ""}).reason == NO_MARK


def test_the_kits_own_job_is_a_pod():
    """It mounts no service account, and by its namespace its cgroup is `/`."""
    assert re.search(r"^ +automountServiceAccountToken: false$", JOB.read_text(), re.MULTILINE)
    environment = {"KUBERNETES_SERVICE_HOST": "10.96.0.1"}
    host = recorded_host("sapphire-rapids-2s", view="container", environment=environment)
    assert host.settings.container.value == "kubernetes"


@pytest.mark.parametrize("service", ["docker", "containerd", "docker-cleanup"])
def test_an_engines_own_service_is_no_container(service, tmp_path):
    write(tmp_path, "proc/self/cgroup", f"0::/system.slice/{service}.service")
    # On its host, the containers' mounts are in the table too.
    layer = "/var/lib/docker/overlay2/7/merged rw - overlay overlay rw,lowerdir=/var/lib/docker/"
    write(tmp_path, "proc/self/mountinfo", f"{DISK}\n30 22 0:60 / {layer}overlay2/l/X")
    assert container(tmp_path).reason == NO_MARK


@pytest.mark.parametrize("mark", [".dockerenv", "dev/lxd/sock", "dev/incus/sock"])
def test_a_machine_whose_disk_was_made_of_an_image_is_none(mark, tmp_path):
    """Nor is a virtual machine of a manager that has containers too."""
    write(tmp_path, mark, "")
    write(tmp_path, "proc/self/mountinfo", DISK)
    assert container(tmp_path).reason == NO_MARK


def test_a_pod_run_by_docker_is_a_pod(tmp_path):
    write(tmp_path, ".dockerenv", "")
    write(tmp_path, "var/run/secrets/kubernetes.io/x", "")
    assert container(tmp_path).value == "kubernetes"
