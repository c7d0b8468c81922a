"""What is trained, and on which data: what the options may say, and what is said of a bad one."""

import pytest

from bench.errors import BenchError, Exit
from bench.plan.catalogue.profiles import PROFILES
from bench.plan.catalogue.workloads import DEFAULT_MODEL, WORKLOADS
from bench.plan.make import make_plan
from bench.plan.options import Options
from bench.plan.workload import data_of, workload_of
from tests.host_factory import make_host


@pytest.mark.parametrize(
    ("options", "meant"),
    [
        (Options(lane=["bf16-axm"]), "did you mean bf16-amx?"),
        (Options(profile="smok"), "did you mean smoke?"),
        (Options(model="resnet500"), "did you mean resnet50?"),
        (Options(model="ViT_B_16"), "did you mean vit_b_16?"),
        (Options(data="cifar"), "did you mean cifar10?"),
        (Options(data="cifar10:here"), "did you mean cifar10?"),
        (Options(data="xyz"), "known: auto, cifar10, synthetic"),
        (Options(data="folder"), "--data folder:PATH"),
        (Options(data="folder:"), "PATH/cats/1.png"),
        (Options(model="vit_b_16", image_size=100), "--image-size 96 or --image-size 112"),
        (Options(model="vit_b_16", image_size=33), "--image-size 32 or --image-size 48"),
        (Options(image_size=31), "--image-size 32"),
    ],
)
def test_a_bad_value_is_a_usage_error_with_what_was_probably_meant(options, meant):
    with pytest.raises(BenchError) as caught:
        make_plan(make_host(), options)
    assert caught.value.code == Exit.USAGE
    assert meant in caught.value.remedy


def test_the_models_names_and_unit_are_the_catalogues():
    work = workload_of(Options(model="vit_b_16", profile="quick", seed=7))
    assert (work.model, work.title, work.unit) == ("vit_b_16", "ViT-B/16", "img")
    assert (work.image_size, work.seed) == (224, 7)


def test_the_default_model_is_intels_samples():
    assert workload_of(Options()).model == DEFAULT_MODEL == "resnet50"


@pytest.mark.parametrize("model", WORKLOADS)
@pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.name)
def test_every_profile_has_a_size_that_every_model_takes(model, profile):
    size = workload_of(Options(model=model, profile=profile.name)).image_size
    assert size == profile.image_size


def test_every_lane_trains_the_model_asked_for():
    plan = make_plan(make_host(), Options(model="resnet18", image_size=64, profile="smoke"))
    assert {(lane.workload.model, lane.workload.image_size) for lane in plan.lanes} == {
        ("resnet18", 64)
    }


@pytest.fixture
def pictures(tmp_path):
    for name in ("cats", "dogs"):
        (tmp_path / "pictures" / name).mkdir(parents=True)
    return tmp_path / "pictures"


def test_a_folder_of_classes_is_data_by_its_absolute_path(pictures, monkeypatch):
    monkeypatch.chdir(pictures.parent)
    assert data_of(Options(data="folder:pictures")) == f"folder:{pictures}"
    assert make_plan(make_host(), Options(data=f"folder:{pictures}")).data_requested == (
        f"folder:{pictures}"
    )


def test_a_folder_may_have_a_colon_in_its_name(tmp_path):
    for name in ("cats", "dogs"):
        (tmp_path / "a:b" / name).mkdir(parents=True)
    assert data_of(Options(data=f"folder:{tmp_path}/a:b")) == f"folder:{tmp_path}/a:b"


def test_a_folder_that_is_not_there_is_said_before_anything_is_started(tmp_path):
    with pytest.raises(BenchError, match="No such file or directory") as caught:
        data_of(Options(data=f"folder:{tmp_path}/nowhere"))
    assert caught.value.code == Exit.USAGE
    assert "one folder of images a class" in caught.value.remedy


def test_a_folder_of_one_class_teaches_nothing(pictures):
    (pictures / "cats").rmdir()
    (pictures / "readme.txt").touch()
    with pytest.raises(BenchError, match="no two classes") as caught:
        data_of(Options(data=f"folder:{pictures}"))
    assert caught.value.code == Exit.USAGE
