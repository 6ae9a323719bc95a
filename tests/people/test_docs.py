"""What docs/people.md tells is what the code does."""

from __future__ import annotations

from pathlib import Path

from cell.people.limits import Lockout, PeopleSettings, Span
from cell.people.person import How
from cell.people.roles import Role
from tests.people.roles_table import table

PAGE = (Path(__file__).parents[2] / "docs" / "people.md").read_text(encoding="utf-8")


def test_the_roles_are_those_of_the_table() -> None:
    assert table() in PAGE, "print it anew: python -m tests.people.roles_table"


def test_the_numbers_are_those_of_the_settings() -> None:
    def row(who: str, span: Span) -> str:
        return f"| {who} | {span.idle_min:g} min | {span.hours:g} h |"

    of = PeopleSettings().sessions.of
    assert row("own screen: password, company account", of(Role.QUALITY, How.PASSWORD)) in PAGE
    assert row("shared panel: PIN, badge", of(Role.OPERATOR, How.PIN)) in PAGE
    assert row("administrators", of(Role.ADMIN, How.PASSWORD)) in PAGE
    limits = Lockout()
    assert f"After {limits.misses} wrong tries of a name" in PAGE
    assert f"waits {limits.first_s:g} s" in PAGE
    assert f"up to {limits.longest_s / 60:g} min" in PAGE
    assert f"{limits.address_misses} tries" in PAGE
