"""The folder that a run shares with its workers, after a session that was killed in it."""

from bench.run.leftovers import compiled, work_folder


def test_a_killed_session_leaves_records_to_the_next_and_nothing_half_compiled(tmp_path):
    with work_folder(tmp_path) as work:
        killed = work_folder(tmp_path)
        (work / "round01-fp32.record.json").touch()
        (compiled(work) / "fp32-compile" / "ab").mkdir(parents=True)
        with killed as again:
            assert again == work
            assert [path.name for path in work.iterdir()] == ["round01-fp32.record.json"]
    assert not work.exists()
