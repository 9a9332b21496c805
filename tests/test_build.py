"""The build leaves a checkout as it was."""

from pathlib import Path

from handoff_app import build


def test_a_lock_that_says_the_same_in_another_order_is_put_back(tmp_path: Path) -> None:
    same, new = tmp_path / "package.json", tmp_path / "package-lock.json"
    before = {same: b'{"a": 1, "b": {"c": 2, "d": 3}}', new: b'{"a": 1}'}
    same.write_bytes(b'{"b": {"d": 3, "c": 2}, "a": 1}')
    new.write_bytes(b'{"a": 2}')

    build.put_back(before)

    assert same.read_bytes() == before[same]
    assert new.read_bytes() == b'{"a": 2}'
