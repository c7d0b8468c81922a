"""What an artifact tells of who made it: no path of theirs, no name."""

import os
from pathlib import Path

import pytest

from bench.results.privacy import Open, Privacy, of_run
from tests.artifacts import consistent_result
from tests.factories import make_plan
from tests.host_factory import known, make_host, make_stack

PLACES = [
    ("{run}", Path("/home/alice/kit/results/today")),
    ("{data}", Path("/scratch/alice/sets")),
    ("{stack:ipex}", Path("/home/alice/kit/.venv")),
    ("{kit}", Path("/home/alice/kit")),
    ("{python}", Path("/usr")),
    ("~", Path("/home/alice")),
]
NAMES = [("{user}", "alice"), ("{host}", "node17"), ("{user}", "root"), ("{user}", "")]


@pytest.fixture
def privacy() -> Privacy:
    return Privacy(PLACES, NAMES)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/home/alice/kit/results/today/logs/data.log", "{run}/logs/data.log"),
        ("see /home/alice/kit/results/today.", "see {run}."),
        ("/home/alice/kit/results/today-2/x", "{kit}/results/today-2/x"),
        ('File "/home/alice/kit/bench/x.py", line 3', 'File "{kit}/bench/x.py", line 3'),
        ("/home/alice/kit/.venv/bin/python", "{stack:ipex}/bin/python"),
        ("folder:/scratch/alice/sets", "folder:{data}"),
        ("--data-dir=/scratch/alice/sets", "--data-dir={data}"),
        ("LD_LIBRARY_PATH=/home/alice/lib:/usr/lib", "LD_LIBRARY_PATH=~/lib:/usr/lib"),
        ("/home/alice", "~"),
        ("/home/alicent/x", "{elsewhere}/x"),
        ("/mnt/projects/secret/libjemalloc.so.2", "{elsewhere}/libjemalloc.so.2"),
        ("(/var/tmp/x)", "({elsewhere}/x)"),
        ("cc -I/home/alice/include -L/opt/oneapi/lib", "cc -I~/include -L/opt/oneapi/lib"),
        ("/tmp/torchinductor_alice/ab", "{elsewhere}/ab"),
        ("../alice/results", "../{user}/results"),
        ("alice may not", "{user} may not"),
        ("connect to node17:29500 failed", "connect to {host}:29500 failed"),
        ("malice /x/y", "malice {elsewhere}/y"),
        ("No such file: '/srv/My Company/a b.py'", "No such file: '{elsewhere}/a b.py'"),
        ('File "/srv/My Company/x.py", line 3', 'File "{elsewhere}/x.py", line 3'),
        ("'/usr/share/my files/x'", "'/usr/share/my files/x'"),
        (
            "it can't be read: /x/a isn't /y/b",
            "it can't be read: {elsewhere}/a isn't {elsewhere}/b",
        ),
    ],
)
def test_what_is_private_becomes_a_mark(text: str, told: str, privacy: Privacy) -> None:
    assert privacy.text(text) == told
    assert privacy.text(told) == told, "and stays one"


@pytest.mark.parametrize(
    "text",
    [
        "/usr/bin/numactl",
        "/sys/devices/system/cpu/cpu0/cpufreq is missing",
        "/proc/stat counts nothing here",
        "6.03 img/s and/or 1/2, 12 / 3, +/-2 %",
        "https://example.org/whl/cpu",
        "Debian GNU/Linux 12 (bookworm)",
        "results/latest",
        "alice",  # a word on its own is a name of the kit's: a lane, an engine
        "root of the problem",
        "brgconv:avx512_core,forward_training,src:f32::blocked:acdb::f0",
    ],
)
def test_what_is_nobody_s_own_is_told_as_it_is(text: str, privacy: Privacy) -> None:
    assert privacy.text(text) == text


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("/srv/My Company/results", "{elsewhere}/results"),
        ("--results=/srv/My Company/results", "--results={elsewhere}/results"),
        ("--data=folder:/srv/My Pictures", "--data=folder:{elsewhere}/My Pictures"),
        ("--data=folder:/scratch/alice/sets", "--data=folder:{data}"),
        ("--results=/home/alice/My Runs", "--results=~/My Runs"),
        ("/srv/it's mine/results", "{elsewhere}/it's mine/results"),
        ("--lane", "--lane"),
        ("../alice", "../{user}"),
        ("caf\udce9", "caf�"),
    ],
)
def test_a_word_of_a_command_may_be_a_path_with_spaces(
    word: str, told: str, privacy: Privacy
) -> None:
    assert privacy.word(word) == told


@pytest.mark.parametrize("name", ["bench", "data", "Ubuntu", "intel", "torch", "run", "1000", "a"])
def test_a_user_called_like_a_common_word_costs_no_sentence(name: str) -> None:
    """The image's own user is called bench."""
    privacy = Privacy([("~", Path(f"/home/{name}"))], [("{user}", name), ("{host}", name)])
    said = f"another bench run takes a node; {name} /opt/{name}x/bin Ubuntu 24.04, intel torch"
    assert privacy.text(said) == said
    assert privacy.text(f"/home/{name}/x") == "~/x"


def test_a_short_name_is_looked_for_in_paths_alone() -> None:
    privacy = Privacy([], [("{user}", "to")])
    assert privacy.text("what is bound to ../to/results, to@host/") == (
        "what is bound to ../{user}/results, to@host/"
    )


def test_a_byte_that_is_no_text_can_be_written_as_json(privacy: Privacy) -> None:
    plan = make_plan(scrubbed={"LD_PRELOAD": "/home/alice/\udcff.so"})
    for private in (privacy, Open()):
        assert "�" in private.of(plan).model_dump_json()


def test_the_hosts_short_name_is_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    full = os.uname()
    named = os.uname_result((full[0], "node17.cluster.example", *full[2:]))
    monkeypatch.setattr(os, "uname", lambda: named)
    privacy = of_run(tmp_path, make_host(), make_plan())
    assert privacy.text("node17 talks to node17.cluster.example:1") == "{host} talks to {host}:1"


def test_a_fact_is_made_private_in_every_text_and_revealed_again(privacy: Privacy) -> None:
    plan = make_plan(data_requested="folder:/scratch/alice/sets", notes=["in /home/alice/kit/x"])
    private = privacy.of(plan)
    assert (private.data_requested, private.notes) == ("folder:{data}", ["in {kit}/x"])
    assert [lane.id for lane in private.lanes] == [lane.id for lane in plan.lanes]
    assert privacy.revealed(private) == plan.model_copy(update={"scrubbed": private.scrubbed})


def test_a_log_is_rewritten_whatever_bytes_are_in_it(tmp_path: Path, privacy: Privacy) -> None:
    log = tmp_path / "round01-fp32.log"
    log.write_bytes(b"\xff\xfe /home/alice/kit/x\r\nbye\n")
    privacy.rewrite(log)
    assert log.read_bytes() == b"\xff\xfe {kit}/x\r\nbye\n"
    before = log.stat().st_mtime_ns
    privacy.rewrite(log)
    privacy.rewrite(tmp_path / "none.log")
    assert log.stat().st_mtime_ns == before, "nothing private is in it"


def test_places_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/alice")
    monkeypatch.setenv("SUDO_USER", "alice")
    host = make_host()
    host.stacks = [make_stack(python=known("/srv/env/bin/python"))]
    plan = make_plan(data_requested=f"folder:{tmp_path / 'images'}")
    privacy = of_run(tmp_path / "run", host, plan, tmp_path / "data", tmp_path / "work")
    said = f"{tmp_path}/images/a {tmp_path}/run/logs /srv/env/lib/x.so /home/alice/a_alice"
    assert privacy.text(said) == "{data}/a {run}/logs {stack:ipex}/lib/x.so ~/a_{user}"
    assert of_run(tmp_path, host, make_plan(), tmp_path / "data").text(f"{tmp_path}/data") == (
        "{data}"
    )
    assert privacy.text(__file__).startswith("{kit}/tests/results/")


def test_who_is_identified_has_nothing_private(tmp_path: Path) -> None:
    host = make_host()
    host.name = "node17"
    assert isinstance(of_run(tmp_path, host, make_plan()), Open)
    assert Open().text("/home/alice/x node17") == "/home/alice/x node17"


def test_a_result_without_private_places_is_what_it_was(privacy: Privacy) -> None:
    processes = consistent_result(rounds=1).processes
    assert [privacy.of(process) for process in processes] == processes
