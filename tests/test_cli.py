"""The command line, as an operator calls it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.fake_world import Mailbox, Receiver, _free_port
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


def test_doctor_reaches_the_webhook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there, server = Receiver().start(), Server(tmp_path, 1)
    server.run("doctor")
    assert "webhook      ok (127.0.0.1)" in called(server, f"{there.url}/hook")
    assert "FAILS: 127.0.0.1: nobody listens there" in called(server, f"http://127.0.0.1:{_free_port()}/hook")
    assert there.got == []
    with closing(sqlite3.connect(server.data / "handoff.db")) as database, database:
        database.execute("UPDATE endpoint SET disabled_at = created_at, disabled_why = 'It answered 410 Gone.'")
    assert "FAILS: 127.0.0.1: switched off, it answered 410 Gone" in server.run("doctor")


def called(server: Server, url: str) -> str:
    """What doctor says of a webhook at this address."""
    with closing(sqlite3.connect(server.data / "handoff.db")) as database, database:
        database.execute("DELETE FROM endpoint")
        database.execute(
            "INSERT INTO endpoint (id, url, events, secret, old_secret, paused, disabled_why, created_at)"
            " VALUES ('main', ?, '[]', '', '', 0, '', '2026-01-01 00:00:00')",
            (url,),
        )
    return server.run("doctor")


def test_doctor_can_be_asked_before_the_first_start(tmp_path: Path) -> None:
    lines = Server(tmp_path, 1).run("doctor").splitlines()
    assert [line[:12].strip() for line in lines] == ["database", "mail server", "Slack", "webhook", "LLM"]
    assert not any("FAILS" in line for line in lines)


def test_doctor_names_a_database_that_does_not_answer(tmp_path: Path) -> None:
    nobody = f"postgresql://u:p4ssword@127.0.0.1:{_free_port()}/x"
    said = Server(tmp_path, 1, HANDOFF_DATABASE_URL=nobody).run("doctor")
    assert said.startswith("database     FAILS: HANDOFF_DATABASE_URL")
    assert said.count("\n") == 1
    assert "p4ssword" not in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HANDOFF_HOST", "not a host"),
        ("HANDOFF_HOST", "999.1.1.1"),
        ("HANDOFF_HOST", "192.0.2.1"),
        ("HANDOFF_DATABASE_URL", "sqlite:////nope/x/handoff.db"),
        ("HANDOFF_DATABASE_URL", "postgresql://[bad"),
    ],
)
def test_a_server_that_cannot_start_says_why_in_one_line(tmp_path: Path, name: str, value: str) -> None:
    said = Server(tmp_path, _free_port(), **{name: value}).run("run")
    assert said.startswith(f"handoff: {name}")
    assert said.count("\n") == 1


def test_a_port_in_use_is_named_and_nobody_is_told_that_it_serves(tmp_path: Path) -> None:
    there = Receiver().start()
    said = Server(tmp_path, int(there.url.rpartition(":")[2])).run("run")
    assert said.startswith("handoff: HANDOFF_PORT")
    assert said.count("\n") == 1


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "handoff.db").write_bytes(b"This is no database. " * 100)
    said = Server(tmp_path, _free_port()).run("run")
    assert said == "handoff: HANDOFF_DATABASE_URL: the database cannot be used: file is not a database\n"


@pytest.mark.parametrize(
    ("name", "value"), [("HANDOFF_PORT", "eighty"), ("HANDOFF_DATABASE_URL", "mysql://x"), ("HANDOFF_WORKERS", "2")]
)
def test_a_bad_environment_stops_with_one_line_that_names_it(tmp_path: Path, name: str, value: str) -> None:
    said = Server(tmp_path, 1, **{name: value}).run("doctor")
    assert said.startswith(f"handoff: {name}")
    assert said.count("\n") == 1
