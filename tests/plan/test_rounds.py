from itertools import islice

from bench.plan.rounds import another, orders

LANES = ["fp32", "fp32-ipex", "bf16-avx512"]


def test_each_round_has_every_lane_once():
    assert all(sorted(order) == sorted(LANES) for order in islice(orders(LANES, 0), 20))


def test_the_same_seed_gives_the_same_orders():
    assert list(islice(orders(LANES, 7), 20)) == list(islice(orders(LANES, 7), 20))


def test_the_orders_differ_from_round_to_round_and_seed_to_seed():
    first = list(islice(orders(LANES, 1), 20))
    assert len({tuple(order) for order in first}) > 3
    assert first != list(islice(orders(LANES, 2), 20))


def test_the_first_round_is_always_begun():
    assert another(done=0, rounds_max=5, elapsed=0, longest_round=0, budget=1)


def test_a_round_is_begun_only_if_it_should_fit():
    assert another(done=1, rounds_max=5, elapsed=100, longest_round=100, budget=200)
    assert not another(done=1, rounds_max=5, elapsed=101, longest_round=100, budget=200)


def test_no_round_after_the_last():
    assert not another(done=5, rounds_max=5, elapsed=0, longest_round=0, budget=None)
