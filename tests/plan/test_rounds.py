from bench.plan.rounds import order

LANES = ["fp32", "fp32-ipex", "bf16-avx512"]


def orders(seed):
    return [order(LANES, seed, number) for number in range(1, 21)]


def test_each_round_has_every_lane_once():
    assert all(sorted(each) == sorted(LANES) for each in orders(0))


def test_the_same_seed_gives_the_same_orders():
    assert orders(7) == orders(7)


def test_the_orders_differ_from_round_to_round_and_seed_to_seed():
    assert len({tuple(each) for each in orders(1)}) > 3
    assert orders(1) != orders(2)
