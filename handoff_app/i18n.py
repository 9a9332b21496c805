"""Every word a visitor reads: `text(key, locale, **values)` from the catalogs in `locales/`; English is complete."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

DEFAULT: Final = "en"
RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur"})
ENGLISH: Final = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish",
    "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian",
    "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "no": "Norwegian",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "th": "Thai",
    "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
"""What a language is called in English, by its code."""
_FOLDER: Final = Path(__file__).parent / "locales"
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


class UnknownKey(KeyError):
    """A key that the English catalog does not have."""


@cache
def catalog(locale: str) -> Mapping[str, str]:
    """The texts of one locale as they ship; empty for a locale without a catalog."""
    file = _FOLDER / f"{locale}.toml"
    return tomllib.loads(file.read_text("utf-8")) if locale in locales() else {}


@cache
def locales() -> tuple[str, ...]:
    """The locales that ship, English first."""
    found = sorted(file.stem for file in _FOLDER.glob("*.toml"))
    return (DEFAULT, *(name for name in found if name != DEFAULT))


def language(locale: str) -> str:
    """The language of a locale in an English word: "German" for `de-AT`; a code that is not known stays as it is."""
    return ENGLISH.get(locale.split("-")[0].lower(), locale)


def key(name: str) -> str:
    """`name` itself, checked when the module that uses it is imported. Raises `UnknownKey`."""
    if name not in catalog(DEFAULT):
        raise UnknownKey(name)
    return name


def default(name: str, locale: str) -> str:
    """The shipped text: of this locale, else of its language, else English."""
    return catalog(locale).get(name) or catalog(locale.split("-")[0]).get(name) or catalog(DEFAULT)[key(name)]


def text(name: str, locale: str, edited: Mapping[str, str] | None = None, /, **values: str) -> str:
    """The text to show: the owner's edit if there is one, with `{placeholders}` filled from `values`."""
    template = (edited or {}).get(name) or default(name, locale)
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), template)


def missing_placeholders(name: str, written: str) -> list[str]:
    """The placeholders of the English text that an edit leaves out."""
    return [p for p in _PLACEHOLDER.findall(catalog(DEFAULT)[key(name)]) if f"{{{p}}}" not in written]


def pick(accept_language: str) -> str:
    """The best shipped locale for an `Accept-Language` header (RFC 9110, 12.5.4), else English."""
    for tag in _by_preference(accept_language[:500]):
        for candidate in (tag, tag.split("-")[0]):
            if candidate in locales():
                return candidate
    return DEFAULT


def direction(locale: str) -> str:
    """`rtl` or `ltr`, for the `dir` attribute."""
    return "rtl" if locale.split("-")[0] in RIGHT_TO_LEFT else "ltr"


def _by_preference(header: str) -> list[str]:
    ranked: list[tuple[float, str]] = []
    for part in header.split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            ranked.append((float(quality or 1), tag.strip().lower()))
        except ValueError:
            continue
    return [tag for quality, tag in sorted(ranked, key=lambda pair: -pair[0]) if tag and quality > 0]
