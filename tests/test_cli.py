"""The command line, as an operator calls it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.fake_world import Mailbox, _free_port
from tests.serving import Server


def test_a_user_is_added_once_and_a_weak_password_is_refused(tmp_path: Path) -> None:
    server = Server(tmp_path, 1)
    said = server.run("user", "add", "Grace@acme.example", "--role", "admin", "--password-stdin", typed="long enough\n")
    assert said == "grace@acme.example can sign in as admin.\n"
    again = server.run("user", "add", "grace@acme.example", "--password-stdin", typed="long enough\n")
    assert again == "handoff: grace@acme.example has an account already.\n"
    short = server.run("user", "add", "linus@acme.example", "--password-stdin", typed="short\n")
    assert short.startswith("handoff: ")
    assert short.count("\n") == 1
    with closing(sqlite3.connect(tmp_path / "handoff.db")) as database:
        assert database.execute("SELECT email, role, name FROM agent").fetchall() == [
            ("grace@acme.example", "admin", "Grace")
        ]
        assert "long enough" not in "".join(database.iterdump())


def test_doctor_says_one_line_each_and_which_one_fails(tmp_path: Path) -> None:
    mail = Mailbox()
    Server(tmp_path, 1).run("user", "add", "a@acme.example", "--password-stdin", typed="long enough\n")
    good = Server(tmp_path, 1, HANDOFF_SMTP_URL=mail.url).run("doctor")
    mail.stop()
    lines = good.splitlines()
    assert [line[:12].strip() for line in lines] == ["database", "mail server", "Slack", "webhook", "LLM"]
    assert "ok (sqlite)" in lines[0]
    assert "ok (127.0.0.1" in lines[1]
    assert "not configured" in lines[2]
    assert "not configured" in lines[4]
    bad = Server(tmp_path, 1, HANDOFF_SMTP_URL=f"smtp://127.0.0.1:{_free_port()}").run("doctor")
    assert "mail server  FAILS" in bad
    dead = {"HANDOFF_LLM_URL": f"http://127.0.0.1:{_free_port()}/v1", "HANDOFF_LLM_MODEL": "small"}
    assert "LLM          FAILS: the model could not be reached" in Server(tmp_path, 1, **dead).run("doctor")


@pytest.mark.parametrize(
    ("name", "value"), [("HANDOFF_PORT", "eighty"), ("HANDOFF_DATABASE_URL", "mysql://x"), ("HANDOFF_WORKERS", "2")]
)
def test_a_bad_environment_stops_with_one_line_that_names_it(tmp_path: Path, name: str, value: str) -> None:
    said = Server(tmp_path, 1, **{name: value}).run("doctor")
    assert said.startswith(f"handoff: {name}")
    assert said.count("\n") == 1
