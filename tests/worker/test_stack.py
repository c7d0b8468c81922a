"""Packages that are planted in an interpreter's way: where they lie and what they call themselves.

They are made up, so that this needs no torch.
"""

import importlib
import site
import sys
from pathlib import Path
from types import ModuleType

import pytest

from bench.worker.stack import MODULES, WrongStack, refuse_another, refuse_another_torch

RELEASES = {"torch": "2.8.0", "torchvision": "0.23.0", "intel-extension-for-pytorch": "2.8.0"}


def install(folder: Path, package: str, release: str | None) -> Path:
    """A package in `folder`; without a release it has no metadata."""
    module = folder / MODULES[package]
    module.mkdir(parents=True)
    (module / "__init__.py").write_text("raise AssertionError('imported')\n")
    if release is not None:
        metadata = folder / f"{MODULES[package]}-{release}.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Name: {package}\nVersion: {release}\n")
    return module / "__init__.py"


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The folder of the interpreter's own packages, after one that PYTHONPATH leads to."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path / "x"), str(folder)])
    monkeypatch.setattr(site, "getsitepackages", lambda: [str(folder)])
    monkeypatch.setattr(site, "ENABLE_USER_SITE", False)
    for name in MODULES.values():
        monkeypatch.delitem(sys.modules, name, raising=False)
    importlib.invalidate_caches()
    return folder


def test_the_interpreters_own_packages_in_the_stacks_releases_will_do(own):
    for package, release in RELEASES.items():
        install(own, package, release)
    refuse_another(RELEASES)
    refuse_another({})


@pytest.mark.parametrize("package", MODULES)
def test_a_package_from_elsewhere_is_refused_whatever_its_release(package, own, tmp_path):
    install(own, package, RELEASES[package])
    foreign = install(tmp_path / "x", package, RELEASES[package])
    with pytest.raises(WrongStack, match=f"{MODULES[package]} would come from {foreign}, which is"):
        refuse_another(RELEASES)


def test_one_that_only_another_folder_has_is_refused(own, tmp_path):
    install(tmp_path / "x", "torch", None)
    with pytest.raises(WrongStack):
        refuse_another({})


def test_a_copy_by_another_name_of_the_folder_is_the_stacks(own, tmp_path, monkeypatch):
    """`lib64` is often a link to `lib`."""
    install(own, "torch", "2.8.0")
    (tmp_path / "x").symlink_to(own)
    refuse_another(RELEASES)


@pytest.mark.parametrize("enabled", [True, False])
def test_the_users_own_packages_count_where_python_looks_at_them(
    enabled, own, tmp_path, monkeypatch
):
    monkeypatch.setattr(site, "ENABLE_USER_SITE", enabled)
    monkeypatch.setattr(site, "getusersitepackages", lambda: str(tmp_path / "x"))
    install(tmp_path / "x", "torch", "2.8.0")
    if enabled:
        refuse_another(RELEASES)
    else:
        with pytest.raises(WrongStack):
            refuse_another(RELEASES)


@pytest.mark.parametrize("release", ["2.8.1", "2.14.1+cpu", "2.8.0rc1"])
def test_another_release_than_the_host_was_found_to_have_is_refused(release, own):
    install(own, "torch", release)
    sentence = f"torch is {release} here, and 2.8.0 in the stack that was named"
    with pytest.raises(WrongStack) as refused:
        refuse_another(RELEASES)
    assert str(refused.value) == sentence


def test_another_build_of_the_release_is_the_same_release(own):
    install(own, "torch", "2.8.0+cpu")
    refuse_another(RELEASES)


def test_what_is_not_there_is_left_to_its_import(own):
    refuse_another(RELEASES)


@pytest.mark.parametrize(
    ("word", "metadata", "releases", "refused"),
    [
        ("2.8.0+cu128", "2.8.0", {}, False),
        ("2.8.0+cu128", "2.8.0", {"torch": "2.8.0"}, False),
        ("2.8.0", None, {}, False),  # nothing says otherwise
        ("2.9.0", None, {"torch": "2.8.0"}, True),
        ("2.9.0", "2.8.0", {}, True),
    ],
)
def test_torchs_own_word_is_held_against_its_package(
    word, metadata, releases, refused, own, monkeypatch
):
    torch = ModuleType("torch")
    torch.__file__, torch.__version__ = str(install(own, "torch", metadata)), word
    monkeypatch.setitem(sys.modules, "torch", torch)
    if refused:
        with pytest.raises(WrongStack, match=r"torch is 2.9.0 here, and 2.8.0"):
            refuse_another_torch(releases)
    else:
        refuse_another_torch(releases)
