"""What is preloaded, by names that the launcher knows: each lane has its own."""

from pathlib import Path

import pytest

from bench.run.preload import preload


def test_exact_and_foreign_names_are_preloaded_as_they_are(tmp_path: Path) -> None:
    libraries = ["/lib/libtcmalloc.so", "/opt/libmimalloc.so.2"]
    assert preload(libraries, tmp_path / "one") == "/lib/libtcmalloc.so:/opt/libmimalloc.so.2"
    assert not (tmp_path / "one").exists()


def test_a_name_that_the_launcher_misses_gets_a_link(tmp_path: Path) -> None:
    for library in ("/lib/libtcmalloc_minimal.so.4", "/lib/libtcmalloc.so.4"):  # round after round
        link = preload([library], tmp_path / "one")
        assert link == str(tmp_path / "one/libtcmalloc.so")
        assert Path(link).readlink() == Path(library)


def test_two_lanes_may_preload_different_libraries_of_one_name(tmp_path: Path) -> None:
    one = preload(["/lib/libjemalloc.so.2"], tmp_path / "one")
    other = preload(["/opt/libjemalloc.so.1"], tmp_path / "other")
    assert Path(one).name == Path(other).name == "libjemalloc.so"
    assert Path(one).readlink() != Path(other).readlink()


@pytest.mark.parametrize("folder", ["my env/lib", "a:b/lib", "tab\there"])
def test_a_path_that_the_loader_would_split_gets_a_link(folder: str, tmp_path: Path) -> None:
    libraries = [f"/{folder}/libiomp5.so", f"/{folder}/libother.so"]
    links = preload(libraries, tmp_path / "one").split(":")
    assert [Path(link).name for link in links] == ["libiomp5.so", "libother.so"]
    assert [str(Path(link).readlink()) for link in links] == libraries
