"""The environment: defaults that serve, and one clear line for a bad value."""

from pathlib import Path

import pytest

from handoff_app.config import BadConfig, read


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"), ("PORT", "0"), ("BASE_URL", "handoff.example"), ("SMTP_URL", "mail.example"),
        ("WORKERS", "2"), ("ALLOW_PRIVATE_URLS", "perhaps"), ("SECRET_KEY", "short"), ("DATABASE_URL", "mysql://x"),
        ("ADMIN_EMAIL", "ada@acme.example"),
    ],
)  # fmt: skip
def test_a_bad_value_stops_the_start_and_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadConfig, match=f"HANDOFF_{name}"):
        read({"HANDOFF_DATA_DIR": str(tmp_path), f"HANDOFF_{name}": value})


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    made = read({"HANDOFF_DATA_DIR": str(tmp_path)})
    assert made.base_url == "http://localhost:8000"
    assert made.secret_key == read({"HANDOFF_DATA_DIR": str(tmp_path)}).secret_key
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
