import os
import shutil

import pytest

from tests.container.engine import IMAGE, PROJECT, ROOT, answers, docker


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent == ROOT / "tests" / "container":
            item.add_marker(pytest.mark.container)


@pytest.fixture(scope="session")
def image():
    """The image of this tree, built once; the volume of these tests is removed after them."""
    if not answers():
        pytest.skip("no container engine answers `docker info`")
    built = docker("compose", "--progress", "plain", "build", limit=1800)
    assert built.returncode == 0, built.stderr[-3000:] + built.stdout[-3000:]
    yield IMAGE
    docker("compose", "--project-name", PROJECT, "down", "--volumes")


@pytest.fixture(scope="module")
def caller():
    """User and group of who calls: nobody that the image knows, if these tests may choose."""
    return (12345, 12346) if os.getuid() == 0 else (os.getuid(), os.getgid())


@pytest.fixture(scope="module")
def checkout(image, caller, tmp_path_factory):
    """What compose needs of a fresh checkout of the caller's, without `results/`."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copy(ROOT / "compose.yaml", folder)
    for path in (folder, folder / "compose.yaml"):
        os.chown(path, *caller)
    return folder
