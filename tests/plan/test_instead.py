"""Which lane of the archived engine another would replace: the same, in another stack."""

from bench.plan.instead import with_archived
from tests.lanes import make_lane


def lane(name="fp32", **changes):
    """A lane of the `torch` stack that does what that lane does, eager."""
    facts = {"engine": "stock", "stack": "torch", "memory_format": "channels_last"}
    identity = {"id": f"{name}-torch", "entry": f"{name}-torch"}
    return make_lane(name, **(facts | identity | changes))


def instead(*lanes):
    return {lane.id: lane.instead_of for lane in with_archived(lanes)}


IPEX = [make_lane(name) for name in ("fp32", "fp32-ipex", "bf16-avx512", "bf16-amx")]


def test_each_lane_of_another_stack_replaces_the_same_of_the_archived_engine():
    others = [
        lane(),
        lane(id="fp32-compile", engine="compile"),
        lane("bf16-avx512"),
        lane("bf16-amx"),
    ]
    assert instead(*IPEX, *others) == dict.fromkeys([each.id for each in IPEX]) | {
        "fp32-torch": "fp32-ipex",
        "fp32-compile": "fp32-ipex",
        "bf16-avx512-torch": "bf16-avx512",
        "bf16-amx-torch": "bf16-amx",
    }


def test_what_no_archived_lane_does_replaces_none():
    fp32_in_bf16 = lane(fp32_math="bf16", ceiling="AVX512_CORE_AMX")
    assert instead(*IPEX, fp32_in_bf16)["fp32-torch"] is None
    assert instead(*IPEX, lane(ceiling="AVX2"))["fp32-torch"] is None
    assert instead(*IPEX, lane(batch_size=8))["fp32-torch"] is None


def test_without_the_archived_engine_or_where_it_can_not_run_nothing_is_replaced():
    assert instead(make_lane(), lane())["fp32-torch"] is None
    skipped = make_lane("fp32-ipex", intention="skipped", reason="no AVX-512", command=[])
    assert instead(skipped, lane())["fp32-torch"] is None


def test_of_several_it_is_the_first():
    again = make_lane("fp32-ipex", id="fp32-ipex-2")
    assert instead(*IPEX, again, lane())["fp32-torch"] == "fp32-ipex"


def test_the_archived_engine_in_another_stack_replaces_nothing():
    elsewhere = make_lane("fp32-ipex", id="fp32-ipex@other", stack="other")
    assert instead(*IPEX, elsewhere)["fp32-ipex@other"] is None
