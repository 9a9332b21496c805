"""`handoff`: run the server, add users, check what is configured, measure what is decided. What `make run` ends in.

What only some commands need is imported by them: it would take some of the seconds until the server is ready.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from handoff_app import build, ready, serve
from handoff_app.config import BadConfig, config
from handoff_app.evaluate import BadLine


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line; exits with 1 and one clear line when something is wrong."""
    given = _parser().parse_args(arguments)
    try:
        if given.configured:
            config()
        sys.exit(given.command(given))
    except (BadConfig, build.BuildFailed, BadLine) as error:
        sys.exit(f"handoff: {error}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="handoff", description=__doc__)
    parser.set_defaults(command=_run, configured=True)
    commands = parser.add_subparsers(title="commands")
    commands.add_parser("run", help="migrate, build and serve (the default)").set_defaults(command=_run)
    commands.add_parser("build", help="build the pages without serving").set_defaults(command=_build)
    commands.add_parser("doctor", help="check what is configured").set_defaults(command=_doctor)
    user = commands.add_parser("user", help="people of the staff").add_subparsers(title="commands", required=True)
    add = user.add_parser("add", help="create an agent or admin")
    add.add_argument("email")
    add.add_argument("--role", choices=["admin", "agent"], default="agent")
    add.add_argument("--name", default="")
    add.add_argument("--password-stdin", action="store_true", required=True, help="read the password from stdin")
    add.set_defaults(command=_add_user)
    measure = commands.add_parser("eval", help="measure decisions against labelled examples")
    kinds = measure.add_subparsers(title="commands", required=True)
    asks = kinds.add_parser("intent", help="who asks for a human; rows of text, label, lang")
    asks.add_argument("file", type=Path, metavar="FILE.jsonl")
    asks.add_argument("--predictions", type=Path, metavar="OUT.jsonl", help="write the decision on each row")
    asks.set_defaults(command=_eval_intent, configured=False)
    finds = kinds.add_parser("answers", help="does it find the right article, and know when there is none?")
    finds.add_argument("--kb", required=True, help="JSON lines: kb, doc_id, question, alt, answer")
    finds.add_argument("--queries", required=True, help="JSON lines: kb, query, doc_ids (empty: nothing is right)")
    finds.add_argument("--predictions", help="write doc_id and confidence of each query to this file")
    finds.set_defaults(command=_eval_answers, configured=False)
    return parser


def _run(_: argparse.Namespace) -> int:
    ready.claim_port()
    if not ready.settled():
        ready.migrate()
        ready.prepare()
    build.ensure()
    serve.become()


def _build(_: argparse.Namespace) -> int:
    build.ensure()
    return 0


def _doctor(_: argparse.Namespace) -> int:
    from handoff_app import doctor

    try:
        ready.migrate()
    except BadConfig as error:
        print(f"{'database':12} FAILS: {error}")
        return 1
    return doctor.report()


def _eval_intent(given: argparse.Namespace) -> int:
    from handoff_app.evaluate import intents

    print(json.dumps(intents.measure(given.file, given.predictions)))
    return 0


def _eval_answers(given: argparse.Namespace) -> int:
    from handoff_app.evaluate import answers

    return answers.measure(given.kb, given.queries, given.predictions)


def _add_user(given: argparse.Namespace) -> int:
    from handoff_app.access import passwords
    from handoff_app.db import transact_now
    from handoff_app.domain import agents
    from handoff_app.domain.models import Role
    from handoff_app.domain.settings import BadValue

    ready.migrate()
    try:
        hash = passwords.hashed(sys.stdin.readline().rstrip("\r\n"))
        agent, _ = transact_now(agents.add, given.email, given.name, Role(given.role), hash)
    except (BadValue, passwords.BadPassword) as error:
        sys.exit(f"handoff: {error}")
    print(f"{agent.email} can sign in as {agent.role}.")
    return 0
