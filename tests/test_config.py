"""The environment: defaults that serve, and one clear line for a bad value."""

from pathlib import Path

import pytest

from handoff_app.config import BadConfig, read


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"), ("PORT", "0"), ("BASE_URL", "handoff.example"), ("SMTP_URL", "mail.example"),
        ("WORKERS", "2"), ("ALLOW_PRIVATE_URLS", "perhaps"), ("SECRET_KEY", "short"), ("DATABASE_URL", "mysql://x"),
        ("ADMIN_EMAIL", "ada@acme.example"), ("SMTP_URL", "smtp://localhost:abc"), ("SMTP_URL", "smtp://x:99999"),
        ("SMTP_URL", "smtp://localhost?starttls=perhaps"), ("MAIL_FROM", "nonsense"), ("MAIL_FROM", "A <no address>"),
        ("REDIS_URL", "nonsense"), ("SLACK_API_URL", "nonsense"), ("LLM_URL", "http://x:99999/v1"),
        ("BASE_URL", "http://localhost:99999"), ("BASE_URL", "http://[::1"), ("BASE_URL", "http://localhost:8000/sub"),
        ("DATABASE_URL", "postgresqlnonsense"),
    ],
)  # fmt: skip
def test_a_bad_value_stops_the_start_and_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadConfig, match=f"HANDOFF_{name}"):
        read({"HANDOFF_DATA_DIR": str(tmp_path), f"HANDOFF_{name}": value})


def test_a_data_directory_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadConfig, match="HANDOFF_DATA_DIR"):
        read({"HANDOFF_DATA_DIR": str(tmp_path / "file"), "HANDOFF_SECRET_KEY": "k" * 32})


def test_several_processes_are_refused_as_long_as_they_would_not_hear_each_other(tmp_path: Path) -> None:
    wanted = {
        "HANDOFF_WORKERS": "2",
        "HANDOFF_REDIS_URL": "redis://localhost",
        "HANDOFF_DATABASE_URL": "postgresql://x",
    }
    with pytest.raises(BadConfig, match="HANDOFF_WORKERS must be 1"):
        read({"HANDOFF_DATA_DIR": str(tmp_path), **wanted})


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    made = read({"HANDOFF_DATA_DIR": str(tmp_path)})
    assert made.base_url == "http://localhost:8000"
    assert made.secret_key == read({"HANDOFF_DATA_DIR": str(tmp_path)}).secret_key
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
