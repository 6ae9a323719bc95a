"""What people say of a part that is through: it was a false call, or its defect was missed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from cell.client.link import ReassessOrder
from cell.client.model import ClosedPart, Verdict
from cell.people.person import SignedIn
from cell.texts import Lang, say, tr, tr_or

Tell = Callable[[ReassessOrder, str], Awaitable[bool]]
"""Gives a word after the fact, with what stood before, and tells the outcome."""


def word_of(verdict: Verdict) -> str:
    """Why a person gives this verdict, or says so after the fact."""
    return "false_call" if verdict is Verdict.PASS else "missed_defect"


def speaking(part: ClosedPart, verdict: Verdict, person: SignedIn) -> tuple[ReassessOrder, str]:
    """The word after the fact (NONE withdraws), and what stood before."""
    word = word_of(verdict) if verdict is not Verdict.NONE else "undone"
    order = ReassessOrder(part.part, verdict.value, person.name, say(f"override.{word}"))
    return order, (part.said or part.verdict).value


def after_keys(part: ClosedPart, lang: Lang) -> list[tuple[str, str, Verdict]]:
    """Name, words and verdict of each key that there is for the part now."""
    found = [(one.value, tr(f"after.{word_of(one)}", lang), one) for one in part.verdicts]
    if part.said:
        found.append(("withdraw", tr("after.withdraw", lang), Verdict.NONE))
    return found


def said_words(part: ClosedPart, lang: Lang) -> str:
    """Who said what after the fact; '' where nobody has."""
    if not part.said:
        return ""
    said = tr(f"quality.said.{part.said.value}", lang)
    return tr("after.said", lang, said=said, person=part.said_by)


def ending(part: ClosedPart, lang: Lang) -> str:
    """Through, in which bin, or taken by a person."""
    bin_name = tr_or(f"bin.{part.bin}", part.bin, lang)
    return tr(f"parts.where.{part.disposition}", lang, bin=bin_name)
