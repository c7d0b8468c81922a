import pytest

from bench.text import format_cpulist, parse_cpulist


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("0-3,8", [0, 1, 2, 3, 8]),
        ("0,1", [0, 1]),
        ("5", [5]),
        ("", []),
        ("\n", []),
        ("8,0-1", [0, 1, 8]),
    ],
)
def test_parses_the_kernels_lists(text, numbers):
    assert parse_cpulist(text) == numbers


@pytest.mark.parametrize("text", ["0-", "a", "1-x", "0;1", "3-1", "0-99999999999999"])
def test_refuses_what_is_no_list(text):
    with pytest.raises(ValueError, match=r"invalid literal|no range of CPUs"):
        parse_cpulist(text)


@pytest.mark.parametrize(
    ("numbers", "text"),
    [([0, 1, 2, 5], "0-2,5"), ([], ""), ([7], "7"), ([3, 1, 2, 1], "1-3"), ([0, 2, 4], "0,2,4")],
)
def test_formats_the_shortest_list(numbers, text):
    assert format_cpulist(numbers) == text
