"""`handoff`: run the server, add users, check what is configured. What `make run` ends in."""

import argparse
import sys
from collections.abc import Sequence

from handoff_app import build, doctor, evaluate, serve
from handoff_app.access import passwords
from handoff_app.config import BadConfig, config
from handoff_app.db import transact_now
from handoff_app.domain import agents
from handoff_app.domain.models import Role
from handoff_app.domain.settings import BadValue


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line; exits with 1 and one clear line when something is wrong."""
    given = _parser().parse_args(arguments)
    try:
        if not given.alone:
            config()
        sys.exit(given.command(given))
    except (BadConfig, BadValue, evaluate.BadLine, passwords.BadPassword, build.BuildFailed) as error:
        sys.exit(f"handoff: {error}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="handoff", description=__doc__)
    parser.set_defaults(command=_run, alone=False)
    commands = parser.add_subparsers(title="commands")
    commands.add_parser("run", help="migrate, build and serve (the default)").set_defaults(command=_run)
    commands.add_parser("build", help="build the pages without serving").set_defaults(command=_build)
    commands.add_parser("doctor", help="check what is configured").set_defaults(command=_doctor)
    user = commands.add_parser("user", help="people of the staff").add_subparsers(title="commands", required=True)
    add = user.add_parser("add", help="create an agent or admin")
    add.add_argument("email")
    add.add_argument("--role", choices=list(Role), default=Role.AGENT)
    add.add_argument("--name", default="")
    add.add_argument("--password-stdin", action="store_true", required=True, help="read the password from stdin")
    add.set_defaults(command=_add_user)
    measured = commands.add_parser("eval", help="measure the AI on a file").add_subparsers(title="what", required=True)
    answers = measured.add_parser("answers", help="does it find the right article, and know when there is none?")
    answers.add_argument("--kb", required=True, help="JSON lines: kb, doc_id, question, alt, answer")
    answers.add_argument("--queries", required=True, help="JSON lines: kb, query, doc_ids (empty: nothing is right)")
    answers.add_argument("--predictions", help="write doc_id and confidence of each query to this file")
    answers.set_defaults(command=_eval_answers, alone=True)  # needs no database and no data directory
    return parser


def _run(_: argparse.Namespace) -> int:
    serve.migrate()
    serve.prepare()
    build.ensure()
    serve.serve()
    return 0


def _build(_: argparse.Namespace) -> int:
    build.ensure()
    return 0


def _doctor(_: argparse.Namespace) -> int:
    return doctor.report()


def _eval_answers(given: argparse.Namespace) -> int:
    return evaluate.answers(given.kb, given.queries, given.predictions)


def _add_user(given: argparse.Namespace) -> int:
    serve.migrate()
    hash = passwords.hashed(sys.stdin.readline().rstrip("\n"))
    agent, _ = transact_now(agents.add, given.email, given.name, Role(given.role), hash)
    print(f"{agent.email} can sign in as {agent.role}.")
    return 0
