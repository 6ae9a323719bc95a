"""What names and secrets have to be like."""

from __future__ import annotations

import re

from cell.people.account import folded
from cell.people.errors import PeopleError
from cell.people.hashing import one_spelling
from cell.people.roles import Role
from cell.texts import languages, say
from models.ground.written import clean_name

LEAST_PASSWORD = 10
MOST_SECRET = 200
_MOST_NAME = 64
_DIGITS = "01234567890"
_OF_ADDRESSES = frozenset("/\\?#%")
"""Signs that addresses and file systems read as something else. Accounts that have one keep it."""


def a_name(words: str) -> str:
    """The name of an account in one spelling: what `a_label` is, and can stand in an address.

    Raises PeopleError.
    """
    name = a_label(words)
    if _OF_ADDRESSES & set(name):
        signs = " ".join(sorted(_OF_ADDRESSES))
        raise PeopleError(say("people.name.address", name=name, signs=signs))
    return name


def a_label(words: str) -> str:
    """What is only shown, in one spelling. Raises PeopleError for what nobody could type."""
    try:
        name = clean_name(words.strip())
    except ValueError:
        raise PeopleError(say("people.name.odd", name=words[:_MOST_NAME])) from None
    # A sign in front could be taken for a formula by the program that opens the exported list.
    if len(name) > _MOST_NAME or not name[0].isalnum() or not folded(name):
        raise PeopleError(say("people.name.odd", name=name[:_MOST_NAME]))
    return name


def a_display(words: str) -> str:
    """What a person is called on pages, '' for his name. Raises PeopleError like `a_label`."""
    return a_label(words) if words.strip() else ""


def a_language(lang: str) -> str:
    """A language of the pages, or ''. Raises PeopleError."""
    if lang and lang not in languages():
        raise PeopleError(say("people.language.unknown", lang=lang, known=languages()))
    return lang


def a_role(words: str) -> Role:
    """A role by its name. Raises PeopleError."""
    try:
        return Role(words.strip().casefold())
    except ValueError:
        raise PeopleError(say("people.role.unknown", role=words, known=list(Role))) from None


def a_password(password: str, name: str) -> str:
    """Raises PeopleError for one that is too easy, or no text."""
    if not LEAST_PASSWORD <= len(one_spelling(password)) <= MOST_SECRET:
        raise PeopleError(say("people.password.length", least=LEAST_PASSWORD, most=MOST_SECRET))
    if len(set(password)) < 4 or folded(name) == folded(password):
        raise PeopleError(say("people.password.easy"))
    return password


def a_pin(pin: str, role: Role) -> str:
    """Raises PeopleError for one that is too easy, or somebody who works at no shared panel."""
    _require_operator(role)
    if not re.fullmatch(r"[0-9]{4,12}", pin):
        raise PeopleError(say("people.pin.digits"))
    if len(set(pin)) == 1 or pin in _DIGITS or pin in _DIGITS[::-1]:
        raise PeopleError(say("people.pin.easy"))
    return pin


def a_badge(badge: str, role: Role) -> str:
    """Raises PeopleError for what no badge reader types."""
    _require_operator(role)
    badge = badge.strip()
    if not 6 <= len(badge) <= MOST_SECRET or not badge.isprintable():
        raise PeopleError(say("people.badge.odd"))
    return badge


def _require_operator(role: Role) -> None:
    if role is not Role.OPERATOR:
        raise PeopleError(say("people.panel_is_for_operators"))
