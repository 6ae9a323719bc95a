"""Accounts, sessions and tokens as others see them: nothing in here is secret, save `Begun`."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from cell.people.person import How, SignedIn
from cell.people.roles import Role


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in. `lang`: '' leaves the page's own; `provider`: 'issuer subject' of
    the company's account that it belongs to, '' for one of the cell's own.
    """

    number: int
    name: str
    display: str
    role: Role
    disabled: bool
    lang: str
    password: bool
    pin: bool
    badge: bool
    provider: str = ""

    def told(self) -> dict[str, str | bool]:
        """As the log of what people did tells it."""
        return {
            "name": self.name,
            "display": self.display,
            "role": str(self.role),
            "disabled": self.disabled,
            "language": self.lang,
            "password": self.password,
            "pin": self.pin,
            "badge": self.badge,
            "provider": self.provider,
        }


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be made. Secrets are '' where there shall be none."""

    name: str
    role: Role
    display: str = ""
    lang: str = ""
    password: str = field(default="", repr=False)
    pin: str = field(default="", repr=False)
    badge: str = field(default="", repr=False)
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that has just begun. `token` goes to the browser and is kept nowhere here;
    `ends_ns`: when it ends at the latest; `device`: the word by which the browser is known from now
    on, '' where it has none.
    """

    token: str = field(repr=False)
    signed_in: SignedIn
    ends_ns: int
    device: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is open, as an administrator sees it."""

    id: str
    name: str
    role: Role
    how: How
    address: str
    begun_ns: int
    seen_ns: int
    ends_ns: int


@dataclass(frozen=True, slots=True)
class Token:
    """A program's token. `used_ns`: 0 if never."""

    id: str
    label: str
    owner: str
    role: Role
    made_ns: int
    ends_ns: int
    used_ns: int


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was just made; `text` is shown this once."""

    text: str = field(repr=False)
    token: Token


def folded(name: str) -> str:
    """A name as it is compared: case, width and composition of signs make no difference."""
    once = unicodedata.normalize("NFKC", name.strip()).casefold()
    return unicodedata.normalize("NFKC", once).encode("utf-8", "replace").decode()
