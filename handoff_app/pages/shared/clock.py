"""Moments in the zone and the manner of whoever reads them: the server knows UTC alone, the browser knows the rest."""

from typing import Any, Final

from reflex.vars import Var

_LOCAL: Final = (
    r"((text, brief, second) => text.replace(/\d{4}-\d\d-\d\dT[\d:]{8}Z/g, (at) => {"
    r" const moment = new Date(at), today = new Date(), shown = {};"
    r" const other = moment.toDateString() !== today.toDateString();"
    r' if (other) Object.assign(shown, { day: "numeric", month: "short" });'
    r' if (other && moment.getFullYear() !== today.getFullYear()) shown.year = "numeric";'
    r' if (!other || !brief) Object.assign(shown, { hour: "numeric", minute: "2-digit", second });'
    r" return moment.toLocaleString([], shown); }))"
)


def local(text: Any, *, brief: bool = False, seconds: bool = False) -> Var[str]:
    """The text with each moment in it (`models.stamp`) as the reader's clock shows it, and its day if it is not today.

    In `brief` another day stands without a time.
    """
    second = '"2-digit"' if seconds else "undefined"
    return _told(f"{_LOCAL}({text!s}, {str(brief).lower()}, {second})", text)


def short(at: Any) -> Var[str]:
    """One moment, day and time in figures: the visitor's menu has no room for more, and the widget none for `local`."""
    return _told(f'new Date({at!s}).toLocaleString([], {{ dateStyle: "short", timeStyle: "short" }})', at)


def _told(js: str, of: Var[str]) -> Var[str]:
    return Var(js, _var_type=str, _var_data=of._get_all_var_data())
