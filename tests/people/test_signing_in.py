"""Who may come in: right and wrong secrets, and what guessing costs."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cell.people.account import Begun
from cell.people.errors import AuditError, PeopleError, SignInError
from cell.people.person import How
from cell.people.roles import Role
from cell.people.signing_in import NOBODY
from tests.people.world import ADMIN, HOUR, MIN, NOW, PASSWORD, House, S, code_of, house

WAYS: list[tuple[How, str, Callable[[Any], Begun]]] = [
    (How.PASSWORD, "kim", lambda people: people.by_password("KIM ", PASSWORD, NOW, "10.0.0.1")),
    (How.PIN, "lee", lambda people: people.by_pin("Lee", "2580", NOW)),
    (How.BADGE, "lee", lambda people: people.by_badge("0004711815\n", NOW)),
]
WRONG: list[tuple[str, Callable[[Any], Begun]]] = [
    ("password", lambda people: people.by_password("kim", PASSWORD + "x", NOW)),
    ("name", lambda people: people.by_password("nobody", PASSWORD, NOW)),
    ("no password", lambda people: people.by_password("lee", "2580", NOW)),
    ("no pin", lambda people: people.by_pin("kim", PASSWORD, NOW)),
    ("pin", lambda people: people.by_pin("lee", "2581", NOW)),
    ("badge", lambda people: people.by_badge("0004711816", NOW)),
    ("empty", lambda people: people.by_badge("", NOW)),
    ("half a sign", lambda people: people.by_password("\udc80", "\udc80", NOW)),
]


@pytest.mark.parametrize(("how", "name", "way"), WAYS, ids=[way[0] for way in WAYS])
def test_the_right_secret_lets_in(
    home: House, how: How, name: str, way: Callable[[Any], Begun]
) -> None:
    begun = way(home.people)
    assert home.people.session_of(begun.token, NOW) == begun.signed_in
    assert (begun.signed_in.name, begun.signed_in.how) == (name, how)
    assert begun.signed_in.csrf
    assert home.log("session.")[0].person == name


@pytest.mark.parametrize(("what", "way"), WRONG, ids=[what for what, _ in WRONG])
def test_a_wrong_one_does_not_and_says_the_same(
    home: House, what: str, way: Callable[[Any], Begun], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    real = type(home.hashing._hash.current_hasher)
    for name in ("hash", "verify"):
        usual = getattr(real, name)

        def spied(self: Any, *a: Any, _usual: Any = usual, **k: Any) -> Any:
            looked.append(what)
            return _usual(self, *a, **k)

        monkeypatch.setattr(real, name, spied)
    with pytest.raises(SignInError) as refused:
        way(home.people)
    assert code_of(refused.value) == "signin.wrong"
    assert looked == [what], "it takes as long as for a name that there is"
    entry = home.log("session.")[0]
    assert entry.person == NOBODY.name
    assert entry.refused == str(refused.value)
    assert "nobody" not in entry.subject, "a name that is none may be a password"


def test_secrets_are_compared_however_the_keyboard_puts_them_together(home: House) -> None:
    home.add("park", password="비밀번호는 이것입니다")
    decomposed = "비밀번호는 이것입니다"
    assert home.people.by_password("ＰＡＲＫ", decomposed, NOW).signed_in.name == "park"


def test_nothing_secret_is_kept(home: House) -> None:
    begun = home.people.by_password("kim", PASSWORD, NOW)
    made = home.people.make_token(begun.signed_in, "script", Role.QUALITY, 10, NOW)
    home.people.by_badge("0004711815", NOW)
    home.close()
    kept = b"".join(file.read_bytes() for file in home.folder.glob("*.db*"))
    for secret in (begun.token, made.text, PASSWORD, "0004711815", "2580"):
        assert secret.encode() not in kept
    assert b"$argon2id$" in kept
    assert oct((home.folder / "people.db").stat().st_mode)[-3:] == "600"


def miss(home: House, name: str, now: int, address: str = "") -> SignInError:
    with pytest.raises(SignInError) as refused:
        home.people.by_password(name, "wrong", now, address)
    return refused.value


@pytest.mark.parametrize("name", ["kim", "nobody"])
def test_the_wait_doubles_up_to_its_longest(home: House, name: str) -> None:
    now, waits = NOW, []
    for _ in range(4):
        assert miss(home, name, now).wait_s == 0
    for _ in range(7):
        assert miss(home, name, now).wait_s == 0
        locked = miss(home, name, now)
        assert code_of(locked) == "signin.locked"
        assert str(locked.wait_s) in str(locked)
        waits.append(locked.wait_s)
        assert miss(home, name, now + (locked.wait_s - 1) * S).wait_s == 1
        now += locked.wait_s * S
    assert waits == [30, 60, 120, 240, 480, 900, 900]


def test_a_lock_holds_in_another_process_and_after_a_restart(home: House) -> None:
    for _ in range(5):
        miss(home, "kim", NOW)
    with house(home.folder) as other, pytest.raises(SignInError) as refused:
        other.people.by_password("kim", PASSWORD, NOW + 10 * S)
    assert refused.value.wait_s == 20
    assert home.people.by_password("kim", PASSWORD, NOW + 31 * S)
    assert miss(home, "kim", NOW + 32 * S).wait_s == 0, "who was right begins anew"
    assert home.people.by_password("kim", PASSWORD, NOW + 33 * S)


def test_many_tries_at_once_are_no_way_around(home: House) -> None:
    def attempt(_: int) -> str:
        try:
            home.people.by_password("kim", "wrong", NOW)
        except SignInError as refused:
            return code_of(refused)
        return ""

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(attempt, range(24)))
    assert said.count("signin.wrong") == 5
    assert said.count("signin.locked") == 19


def test_an_address_is_given_more_tries_and_good_people_get_theirs_back(home: House) -> None:
    for number in range(49):
        miss(home, f"guess {number}", NOW, "10.0.0.1")
    for _ in range(4):
        assert home.people.by_password("kim", PASSWORD, NOW, "10.0.0.1")
    miss(home, "guess 50", NOW, "10.0.0.1")
    with pytest.raises(SignInError) as refused:
        home.people.by_password("kim", PASSWORD, NOW, "10.0.0.1")
    assert refused.value.wait_s == 30
    assert home.people.by_password("kim", PASSWORD, NOW, "10.0.0.2")
    assert home.people.by_password("kim", PASSWORD, NOW + 2 * HOUR, "10.0.0.1")


@pytest.mark.parametrize(
    ("pattern", "same", "other"),
    [
        ("2001:db8::{:x}", "2001:db8::ffff", "2001:db8:0:1::1"),
        ("::ffff:10.0.0.1", "10.0.0.1", "::ffff:10.0.0.2"),
        ("fe80::{:x}%eth0", "fe80::1%eth1", "fe90::1%eth0"),
        ("somewhere", "somewhere", "elsewhere"),
    ],
)
def test_what_counts_as_one_address(home: House, pattern: str, same: str, other: str) -> None:
    for number in range(50):
        miss(home, f"guess {number}", NOW, pattern.format(number))
    assert miss(home, "guess", NOW, same).wait_s == 30
    assert miss(home, "guess", NOW, other).wait_s == 0


def test_who_guesses_elsewhere_locks_nobody_out_where_he_works(home: House) -> None:
    people = home.people
    own = people.by_password("kim", PASSWORD, NOW, "10.0.0.1").device
    panel = people.by_pin("lee", "2580", NOW, "10.0.0.2").device
    assert people.by_badge("0004711815", NOW, "10.0.0.2", panel).device == panel
    for number in range(60):
        for name in ("kim", "lee", f"guess {number}"):
            with pytest.raises(SignInError):
                people.by_password(name, "wrong", NOW, "10.0.0.1", "a made-up word")
    assert people.by_password("kim", PASSWORD, NOW, "10.0.0.1", own).device == own
    assert people.by_pin("lee", "2580", NOW, "10.0.0.1", panel)
    assert people.by_badge("0004711815", NOW, "10.0.0.1", panel)
    for device in ("", "a made-up word", panel):  # where this name is not known, it waits
        with pytest.raises(SignInError) as refused:
            people.by_password("kim", PASSWORD, NOW, "10.0.0.3", device)
        assert code_of(refused.value) == "signin.locked"


def test_a_known_browser_is_given_no_more_tries_than_others(home: House) -> None:
    people = home.people
    own = people.by_password("kim", PASSWORD, NOW).device
    said = []
    for _ in range(6):
        with pytest.raises(SignInError) as refused:
            people.by_password("kim", "wrong", NOW, device=own)
        said.append(code_of(refused.value))
    assert said == ["signin.wrong"] * 5 + ["signin.locked"]
    assert people.by_password("kim", PASSWORD, NOW), "elsewhere it is another's"
    many = [people.by_password("kim", PASSWORD, NOW + n).device for n in range(1, 20)]
    assert len(set(many)) == 19
    for _ in range(5):
        miss(home, "kim", NOW + S)
    with pytest.raises(SignInError):
        people.by_password("kim", PASSWORD, NOW + S, device=many[0])
    assert people.by_password("kim", PASSWORD, NOW + S, device=many[-1])


def test_proving_it_again_waits_for_nobody_else(home: House) -> None:
    by = home.people.by_password("kim", PASSWORD, NOW).signed_in
    for _ in range(5):
        miss(home, "kim", NOW)
    home.people.prove(by, PASSWORD, NOW)


def test_a_new_secret_ends_the_wait(home: House) -> None:
    for _ in range(5):
        miss(home, "kim", NOW)
    home.people.set_secret(ADMIN, "kim", NOW, password="n e w 1 2 3")
    assert home.people.by_password("kim", "n e w 1 2 3", NOW)


@pytest.mark.parametrize("back", [2 * MIN, HOUR, 1000 * HOUR])
def test_a_clock_set_back_neither_unlocks_nor_locks_for_ever(home: House, back: int) -> None:
    for _ in range(5):
        miss(home, "kim", NOW)
    with pytest.raises(SignInError) as refused:
        home.people.by_password("kim", PASSWORD, NOW - back)
    assert refused.value.wait_s == 30
    assert home.people.by_password("kim", PASSWORD, NOW - back + 31 * S)


def test_a_disabled_person_is_told_so_only_with_the_right_secret(home: House) -> None:
    home.people.change(ADMIN, "kim", NOW, disabled=True)
    with pytest.raises(SignInError) as refused:
        home.people.by_password("kim", PASSWORD, NOW)
    assert code_of(refused.value) == "signin.disabled"
    assert code_of(miss(home, "kim", NOW)) == "signin.wrong"


def test_nobody_comes_in_unwritten(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise AuditError("the disk is full")

    monkeypatch.setattr(home.audit, "note", full)
    with pytest.raises(AuditError):
        home.people.by_password("kim", PASSWORD, NOW)
    assert not home.people.sessions(NOW)


def test_the_company_vouches_for_people_and_their_roles(home: House) -> None:
    people = home.people
    first = people.by_provider("https://id 17", "Choi", "Choi Min", Role.QUALITY, NOW)
    assert (first.signed_in.name, first.signed_in.role) == ("Choi", Role.QUALITY)
    again = people.by_provider("https://id 17", "Choi", "Choi Min", Role.INTEGRATOR, NOW)
    assert again.signed_in.role is Role.INTEGRATOR
    assert people.session_of(first.token, NOW) is None, "another role ends sessions"
    with pytest.raises(SignInError) as taken:
        people.by_provider("https://id 18", "KIM", "", Role.ADMIN, NOW)
    assert code_of(taken.value) == "signin.name_taken"
    with pytest.raises(PeopleError) as decided:
        people.set_secret(ADMIN, "choi", NOW, password=PASSWORD)
    assert code_of(decided.value) == "people.provider_decides"
    people.change(ADMIN, "choi", NOW, disabled=True)
    with pytest.raises(SignInError):
        people.by_provider("https://id 17", "Choi", "", Role.ADMIN, NOW)


def test_the_demo_ends_with_the_first_account(tmp_path: Any) -> None:
    with house(tmp_path) as empty:
        demo = empty.people.demo(NOW, "ko")
        assert demo.signed_in.role is Role.OPERATOR
        empty.add("boss", Role.ADMIN)
        assert empty.people.session_of(demo.token, NOW) is None
        with pytest.raises(SignInError):
            empty.people.demo(NOW)


def test_who_has_signed_in_proves_it_again(home: House) -> None:
    by = home.people.by_password("kim", PASSWORD, NOW).signed_in
    home.people.prove(by, PASSWORD, NOW)
    for _ in range(5):
        with pytest.raises(SignInError):
            home.people.prove(by, "wrong", NOW)
    with pytest.raises(SignInError) as locked:
        home.people.prove(by, PASSWORD, NOW)
    assert locked.value.wait_s == 30
