"""The table of who may call which handler, and the line that refuses everything else."""

from enum import IntEnum
from typing import Final

from handoff_app.domain.models import Role


class Needs(IntEnum):
    """What a caller must be."""

    NOTHING = 0  # anyone: visitors, and Reflex's own plumbing
    AGENT = 1
    ADMIN = 2


# `state.handler`, as Reflex ends its full names. What is not here is refused.
RULES: Final[dict[str, Needs]] = {
    "state.hydrate": Needs.NOTHING,
    "state.hydrate_and_load": Needs.NOTHING,
    "state.set_is_hydrated": Needs.NOTHING,
    "on_load_internal_state.on_load_internal": Needs.NOTHING,
    "on_load_internal_state.set_is_hydrated": Needs.NOTHING,
    "frontend_event_exception_state.handle_frontend_exception": Needs.NOTHING,
    "widget_state.greet": Needs.NOTHING,
    "widget_state.open": Needs.NOTHING,
    "widget_state.send": Needs.NOTHING,
    "widget_state.wrong": Needs.NOTHING,
    "widget_state.seen": Needs.NOTHING,
    "widget_state.identify": Needs.NOTHING,
    "widget_state.ask": Needs.NOTHING,
    "widget_state.accept": Needs.NOTHING,
    "widget_state.decline": Needs.NOTHING,
    "widget_state.leave_email": Needs.NOTHING,
    "widget_state.start_new": Needs.NOTHING,
    "widget_state.list_recent": Needs.NOTHING,
    "widget_state.show": Needs.NOTHING,
    "widget_state.delete": Needs.NOTHING,
    "widget_state.earlier": Needs.NOTHING,
    "staff_state.enter": Needs.NOTHING,
    "staff_state.prefer": Needs.AGENT,
    "inbox_state.open": Needs.AGENT,
    "inbox_list_state.open": Needs.AGENT,
    "inbox_list_state.choose": Needs.AGENT,
    "inbox_list_state.search": Needs.AGENT,
    "inbox_state.take_over": Needs.AGENT,
    "inbox_state.reassign": Needs.AGENT,
    "inbox_state.reply": Needs.AGENT,
    "inbox_state.hand_back": Needs.AGENT,
    "inbox_state.resolve": Needs.AGENT,
    "inbox_state.earlier": Needs.AGENT,
    "aide_state.open": Needs.AGENT,
    "aide_state.dismiss": Needs.AGENT,
    "aide_state.switch": Needs.AGENT,
    "aide_state.translate": Needs.AGENT,
    "insights_state.open": Needs.AGENT,
    "escalations_state.open": Needs.ADMIN,
    "escalations_state.change": Needs.ADMIN,
    "escalations_state.switch": Needs.ADMIN,
    "escalations_state.save": Needs.ADMIN,
    "escalations_state.discard": Needs.ADMIN,
    "escalations_state.disconnect_slack": Needs.ADMIN,
    "escalations_state.test_email": Needs.ADMIN,
    "escalations_state.test_slack": Needs.ADMIN,
    "escalations_state.test_webhook": Needs.ADMIN,
    "deliveries_state.open": Needs.ADMIN,
    "deliveries_state.choose": Needs.ADMIN,
    "deliveries_state.search": Needs.ADMIN,
    "deliveries_state.turn": Needs.ADMIN,
    "deliveries_state.show": Needs.ADMIN,
    "deliveries_state.replay": Needs.ADMIN,
    "deliveries_state.replay_failed": Needs.ADMIN,
    "deliveries_state.dismiss_failed": Needs.ADMIN,
    "knowledge_state.open": Needs.ADMIN,
    "knowledge_state.search": Needs.ADMIN,
    "knowledge_state.turn": Needs.ADMIN,
    "knowledge_state.new": Needs.ADMIN,
    "knowledge_state.edit": Needs.ADMIN,
    "knowledge_state.cancel": Needs.ADMIN,
    "knowledge_state.save": Needs.ADMIN,
    "knowledge_state.remove": Needs.ADMIN,
    "knowledge_state.switch": Needs.ADMIN,
    "knowledge_state.remove_demo": Needs.ADMIN,
    "knowledge_state.undo": Needs.ADMIN,
    "knowledge_state.show_groups": Needs.ADMIN,
    "knowledge_state.write_answer": Needs.ADMIN,
    "knowledge_state.use_reply": Needs.ADMIN,
    "knowledge_state.dismiss": Needs.ADMIN,
    "websites_state.open": Needs.ADMIN,
    "websites_state.show": Needs.ADMIN,
    "websites_state.add": Needs.ADMIN,
    "websites_state.read_again": Needs.ADMIN,
    "websites_state.bring_back": Needs.ADMIN,
    "websites_state.remove": Needs.ADMIN,
    "bench_state.open": Needs.ADMIN,
    "bench_state.ask": Needs.ADMIN,
    "mail_state.open": Needs.ADMIN,
    "mail_state.change": Needs.ADMIN,
    "mail_state.save": Needs.ADMIN,
    "mail_state.test": Needs.ADMIN,
    "slack_state.open": Needs.ADMIN,
    "slack_state.change_token": Needs.ADMIN,
    "slack_state.connect": Needs.ADMIN,
    "slack_state.disconnect": Needs.ADMIN,
    "slack_state.find": Needs.ADMIN,
    "slack_state.choose": Needs.ADMIN,
    "slack_state.switch_two_way": Needs.ADMIN,
    "endpoints_state.open": Needs.ADMIN,
    "endpoints_state.add": Needs.ADMIN,
    "endpoints_state.edit": Needs.ADMIN,
    "endpoints_state.cancel": Needs.ADMIN,
    "endpoints_state.change_url": Needs.ADMIN,
    "endpoints_state.choose_event": Needs.ADMIN,
    "endpoints_state.save": Needs.ADMIN,
    "endpoints_state.new_secret": Needs.ADMIN,
    "endpoints_state.pause": Needs.ADMIN,
    "endpoints_state.remove": Needs.ADMIN,
    "endpoints_state.test": Needs.ADMIN,
    "ai_state.open": Needs.ADMIN,
    "ai_state.change": Needs.ADMIN,
    "ai_state.switch": Needs.ADMIN,
    "ai_state.save": Needs.ADMIN,
    "ai_state.test": Needs.ADMIN,
    "signals_state.open": Needs.ADMIN,
    "signals_state.change": Needs.ADMIN,
    "signals_state.switch": Needs.ADMIN,
    "signals_state.save": Needs.ADMIN,
    "localization_state.open": Needs.ADMIN,
    "localization_state.search": Needs.ADMIN,
    "localization_state.choose": Needs.ADMIN,
    "localization_state.change": Needs.ADMIN,
    "localization_state.reset_text": Needs.ADMIN,
    "localization_state.save": Needs.ADMIN,
    "localization_state.discard": Needs.ADMIN,
}

# Reflex gives every State a `setvar` and the app an `update_vars_internal`: both would let a client set what it likes.
NEVER: Final = frozenset({"setvar", "update_vars_internal"})
HYDRATES: Final = frozenset({"state.hydrate", "state.hydrate_and_load"})


def short(full_name: str) -> str:
    """`…handoff_app___pages___inbox____inbox_state.reply` → `inbox_state.reply`."""
    path, _, handler = full_name.rpartition(".")
    return f"{path.rpartition('.')[2].rpartition('____')[2]}.{handler}"


def needs(full_name: str) -> Needs | None:
    """What the handler of this name needs, or None if it has no rule: then it is refused."""
    return RULES.get(short(full_name))


def allowed(wanted: Needs | None, role: Role | None) -> bool:
    """Whether somebody with this role (None: signed out) may call what needs `wanted`."""
    if wanted is None:
        return False
    have = {None: Needs.NOTHING, Role.AGENT: Needs.AGENT, Role.ADMIN: Needs.ADMIN}[role]
    return have >= wanted
