"""Sessions and tokens: how long they last, and what ends them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cell.people.account import Begun
from cell.people.errors import PeopleError
from cell.people.limits import PeopleSettings
from cell.people.person import How, SignedIn
from cell.people.roles import ForbiddenError, Role
from tests.people.world import ADMIN, DAY, HOUR, MIN, NOW, PASSWORD, House, S, code_of, house

LENGTHS = [
    ("kim", Role.QUALITY, How.PASSWORD, 60, 12),
    ("boss", Role.ADMIN, How.PASSWORD, 15, 4),
    ("lee", Role.OPERATOR, How.PIN, 15, 10),
    ("", Role.OPERATOR, How.DEMO, 15, 10),
]


def sign_in(home: House, name: str = "kim", now: int = NOW) -> Begun:
    if name == "lee":
        return home.people.by_pin("lee", "2580", now)
    return home.people.by_password(name, PASSWORD, now)


@pytest.mark.parametrize(("name", "role", "how", "idle", "hours"), LENGTHS)
def test_how_long_a_session_lasts(
    name: str, role: Role, how: How, idle: float, hours: float
) -> None:
    span = PeopleSettings().sessions.of(role, how)
    assert (name, span.idle_min, span.hours) == (name, idle, hours)


def test_it_ends_when_nothing_is_done(home: House) -> None:
    begun = sign_in(home)
    assert home.people.session_of(begun.token, NOW + 59 * MIN)
    home.people.touch(begun.token, NOW + 59 * MIN)
    assert home.people.session_of(begun.token, NOW + 118 * MIN)
    assert home.people.session_of(begun.token, NOW + 119 * MIN) is None
    home.people.touch(begun.token, NOW + 119 * MIN)
    assert home.people.session_of(begun.token, NOW + 119 * MIN) is None


def test_it_ends_in_any_case(home: House) -> None:
    begun = sign_in(home)
    for minute in range(30, 12 * 60, 30):
        home.people.touch(begun.token, NOW + minute * MIN)
    assert home.people.session_of(begun.token, NOW + 12 * HOUR - S)
    assert home.people.session_of(begun.token, NOW + 12 * HOUR) is None


def test_touching_writes_at_most_once_a_minute(home: House) -> None:
    begun = sign_in(home)
    home.people.touch(begun.token, NOW + 59 * S)
    assert home.people.sessions(NOW + 59 * S)[0].seen_ns == NOW
    home.people.touch(begun.token, NOW + 60 * S)
    assert home.people.sessions(NOW + 60 * S)[0].seen_ns == NOW + 60 * S


ENDING: list[tuple[str, Callable[[House, Begun], object]]] = [
    ("signed out", lambda home, begun: home.people.sign_out(begun.token, NOW)),
    ("disabled", lambda home, _: home.people.change(ADMIN, "kim", NOW, disabled=True)),
    ("role", lambda home, _: home.people.change(ADMIN, "KIM", NOW, role=Role.INTEGRATOR)),
    ("secret", lambda home, _: home.people.set_secret(ADMIN, "kim", NOW, password="x y z 1 2 3")),
    ("removed", lambda home, _: home.people.remove(ADMIN, "kim", NOW)),
    ("all ended", lambda home, _: home.people.end_sessions(ADMIN, "kim", NOW)),
    (
        "one ended",
        lambda home, begun: home.people.end_session(ADMIN, begun.signed_in.session, NOW),
    ),
]


@pytest.mark.parametrize(("what", "end"), ENDING, ids=[what for what, _ in ENDING])
def test_what_ends_a_session(home: House, what: str, end: Callable[[House, Begun], object]) -> None:
    begun, other = sign_in(home), sign_in(home, "boss")
    with house(home.folder) as second:
        assert second.people.session_of(begun.token, NOW), what
        end(home, begun)
        assert second.people.session_of(begun.token, NOW) is None, what
        assert second.people.session_of(other.token, NOW), what
    assert home.log()[0].subject.casefold() == "kim"


def test_another_language_ends_nothing(home: House) -> None:
    begun = sign_in(home)
    home.people.change(begun.signed_in, "kim", NOW, lang="en")
    assert home.people.session_of(begun.token, NOW)
    assert sign_in(home).signed_in.lang == "en"


def test_sessions_of_others_are_an_administrators(home: House) -> None:
    kim, boss = sign_in(home), sign_in(home, "boss")
    for end in (
        lambda: home.people.end_session(kim.signed_in, boss.signed_in.session, NOW),
        lambda: home.people.end_sessions(kim.signed_in, "boss", NOW),
    ):
        with pytest.raises(ForbiddenError):
            end()
        assert home.log("session.")[0].refused
    with pytest.raises(PeopleError) as none:
        home.people.end_session(boss.signed_in, "0123", NOW)
    assert code_of(none.value) == "people.session.none"
    assert home.people.end_sessions(kim.signed_in, "kim", NOW) == 1


@pytest.mark.parametrize("restarted", [False, True])
def test_a_clock_set_back_revives_nothing(home: House, restarted: bool) -> None:
    gone, alive = sign_in(home), sign_in(home)
    link = NOW + 50 * MIN
    home.people.touch(alive.token, link)
    home.people.touch(alive.token, NOW + 61 * MIN)
    assert home.people.session_of(gone.token, NOW + 61 * MIN) is None
    back = NOW + 5 * MIN
    with house(home.folder) as other:
        people = other.people if restarted else home.people
        assert people.session_of(gone.token, back) is None
        assert people.session_of(alive.token, back), "who was here goes on"
        assert people.session_of(alive.token, back + 59 * MIN)
        assert people.session_of(alive.token, back + 60 * MIN) is None, "and not for ever"
        assert home.people.session_of(gone.token, back) is None


def test_a_small_step_back_revives_nothing_either(home: House) -> None:
    begun = sign_in(home)
    assert home.people.session_of(begun.token, NOW + 60 * MIN) is None
    assert home.people.session_of(begun.token, NOW + 60 * MIN - 5 * S) is None


def test_a_clock_that_was_wrong_by_a_year_keeps_no_session_alive(home: House) -> None:
    begun = sign_in(home, now=NOW + 365 * DAY)
    assert home.people.session_of(begun.token, NOW)
    assert home.people.session_of(begun.token, NOW + HOUR) is None


# -- tokens of programs


def kim(home: House) -> SignedIn:
    return sign_in(home).signed_in


def test_a_token_acts_with_its_role_until_its_end(home: House) -> None:
    made = home.people.make_token(kim(home), "nightly report", Role.QUALITY, 30, NOW)
    who = home.people.token_of(made.text, NOW + 30 * DAY - S)
    assert who is not None
    assert (who.name, who.role, who.how) == ("kim", Role.QUALITY, How.TOKEN)
    assert home.people.token_of(made.text, NOW + 30 * DAY) is None
    assert home.people.token_of(made.text, NOW) is None, "a clock set back revives none"
    assert home.people.token_of("cell_other", NOW) is None
    entry = home.log("token.make")[0]
    assert (entry.person, entry.subject) == ("kim", "nightly report")
    assert made.text not in str(entry)


@pytest.mark.parametrize(
    ("changes", "lives"),
    [
        ({"disabled": True}, False),
        ({"role": Role.OPERATOR}, False),
        ({"role": Role.ADMIN}, True),
        ({"display": "Kim"}, True),
    ],
)
def test_a_token_dies_with_what_its_owner_may(
    home: House, changes: dict[str, object], lives: bool
) -> None:
    made = home.people.make_token(kim(home), "script", Role.QUALITY, 30, NOW)
    home.people.change(ADMIN, "kim", NOW, **changes)  # type: ignore[arg-type]
    assert (home.people.token_of(made.text, NOW) is not None) is lives
    home.people.remove(ADMIN, "kim", NOW)
    assert home.people.token_of(made.text, NOW) is None


@pytest.mark.parametrize(
    ("role", "days", "code"),
    [
        (Role.ADMIN, 1, "people.token.role"),
        (Role.INTEGRATOR, 1, "people.token.role"),
        (Role.QUALITY, 0, "people.token.days"),
        (Role.QUALITY, 1000, "people.token.days"),
    ],
)
def test_a_token_may_no_more_than_its_owner(home: House, role: Role, days: int, code: str) -> None:
    with pytest.raises(PeopleError) as refused:
        home.people.make_token(kim(home), "script", role, days, NOW)
    assert code_of(refused.value) == code
    assert home.log("token.")[0].refused == str(refused.value)


def test_tokens_are_ended_by_their_owner_or_an_administrator(home: House) -> None:
    owner = kim(home)
    first = home.people.make_token(owner, "one", Role.QUALITY, 1, NOW)
    second = home.people.make_token(owner, "two", Role.QUALITY, 1, NOW)
    acting = home.people.token_of(first.text, NOW)
    assert acting is not None
    with pytest.raises(PeopleError):
        home.people.make_token(acting, "three", Role.QUALITY, 1, NOW)
    lee = sign_in(home, "lee").signed_in
    with pytest.raises(ForbiddenError):
        home.people.end_token(lee, first.token.id, NOW)
    with pytest.raises(ForbiddenError):
        home.people.make_token(lee, "four", Role.OPERATOR, 1, NOW)
    home.people.end_token(owner, first.token.id, NOW)
    home.people.end_token(ADMIN, second.token.id, NOW)
    assert home.people.tokens(NOW, "KIM") == []
    with pytest.raises(PeopleError):
        home.people.end_token(ADMIN, second.token.id, NOW)
