"""Everybody who may work with the cell: the one door to accounts, sessions and tokens.

Methods that ask for a password, PIN or badge, or set one, take 0.4 s of a processor on purpose:
call them off the event loop. All others take less than a millisecond. Times are ns of the system
clock. Errors are PeopleError, SignInError, ForbiddenError and AuditError, with texts by code.
"""

from __future__ import annotations

from pathlib import Path

from cell.people.account import Account, Begun, NewAccount, NewToken, Session, Token
from cell.people.limits import PeopleSettings
from cell.people.noting import Notes
from cell.people.person import SignedIn
from cell.people.roles import Role


class People:
    """May be used by any thread, and by several processes at once."""

    def __init__(self, data_dir: Path, settings: PeopleSettings, notes: Notes) -> None:
        """Open `people.db` in the data folder, and make it where there is none."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the database."""
        raise NotImplementedError

    # -- who there is

    def accounts(self) -> list[Account]:
        """All of them, by name."""
        raise NotImplementedError

    def account(self, name: str) -> Account | None:
        """The one of this name, however it is written."""
        raise NotImplementedError

    def at_panel(self) -> list[Account]:
        """Those that the shared panel offers: enabled, with a PIN."""
        raise NotImplementedError

    # -- first start

    def needs_first_admin(self) -> bool:
        """Whether there is no account at all."""
        raise NotImplementedError

    def first_link(self, now_ns: int) -> str:
        """A new one-time token for `first_admin`, valid for an hour; the one of before is void.
        '' where there is an account already.
        """
        raise NotImplementedError

    def first_admin(
        self, token: str, name: str, password: str, now_ns: int, address: str = ""
    ) -> Begun:
        """Make the first account with the link's token, and sign it in."""
        raise NotImplementedError

    # -- signing in

    def by_password(self, name: str, password: str, now_ns: int, address: str = "") -> Begun:
        """Sign in by name and password. address: from where, '' for this computer's own shell.

        Raises SignInError; its `wait_s` is above 0 while the name or the address is locked.
        """
        raise NotImplementedError

    def by_pin(self, name: str, pin: str, now_ns: int, address: str = "") -> Begun:
        """Sign in at the shared panel by name and PIN. Raises SignInError."""
        raise NotImplementedError

    def by_badge(self, badge: str, now_ns: int, address: str = "") -> Begun:
        """Sign in at the shared panel by what the badge reader typed. Raises SignInError."""
        raise NotImplementedError

    def by_provider(
        self, provider: str, name: str, display: str, role: Role, now_ns: int, address: str = ""
    ) -> Begun:
        """Sign in somebody whom the company's provider vouches for; his account is made the first
        time, and has the role that the provider gives each time.

        provider: 'issuer subject', which never changes for a person. Raises SignInError when the
        account is disabled or the name is another person's.
        """
        raise NotImplementedError

    def demo(self, now_ns: int, lang: str = "", address: str = "") -> Begun:
        """Sign in the demo's operator, who has no account. Raises SignInError once there is one."""
        raise NotImplementedError

    # -- sessions

    def session_of(self, token: str, now_ns: int) -> SignedIn | None:
        """Who has this session; None: it has ended, or never was."""
        raise NotImplementedError

    def touch(self, token: str, now_ns: int) -> None:
        """Something was done in this session: its idle time begins anew (within a minute)."""
        raise NotImplementedError

    def sign_out(self, token: str, now_ns: int) -> None:
        """End the own session."""
        raise NotImplementedError

    def sessions(self, now_ns: int, name: str = "") -> list[Session]:
        """Those that are open, all or one person's; newest first."""
        raise NotImplementedError

    def end_session(self, by: SignedIn, session: str, now_ns: int) -> None:
        """End one by its public id: everybody his own, an administrator any."""
        raise NotImplementedError

    def end_sessions(self, by: SignedIn, name: str, now_ns: int) -> int:
        """End all of a person; how many there were."""
        raise NotImplementedError

    # -- programs

    def make_token(self, by: SignedIn, label: str, role: Role, days: int, now_ns: int) -> NewToken:
        """A token for a program that acts for `by`, with a role that may no more than he may."""
        raise NotImplementedError

    def token_of(self, text: str, now_ns: int) -> SignedIn | None:
        """For whom a program acts; None: the token has ended, or never was."""
        raise NotImplementedError

    def tokens(self, now_ns: int, owner: str = "") -> list[Token]:
        """Those that are valid, all or one person's."""
        raise NotImplementedError

    def end_token(self, by: SignedIn, token: str, now_ns: int) -> None:
        """End one by its public id: everybody his own, an administrator any."""
        raise NotImplementedError

    # -- accounts

    def add(self, by: SignedIn, new: NewAccount, now_ns: int, why: str = "") -> Account:
        """Make an account."""
        raise NotImplementedError

    def change(
        self,
        by: SignedIn,
        name: str,
        now_ns: int,
        *,
        display: str | None = None,
        role: Role | None = None,
        lang: str | None = None,
        disabled: bool | None = None,
        why: str = "",
    ) -> Account:
        """Change what is not None. Another role, or being disabled, ends the person's sessions."""
        raise NotImplementedError

    def set_secret(
        self,
        by: SignedIn,
        name: str,
        now_ns: int,
        *,
        password: str | None = None,
        pin: str | None = None,
        badge: str | None = None,
        why: str = "",
    ) -> Account:
        """Set what is not None, '' takes it away; the person's sessions end. Everybody may set his
        own, an administrator anybody's.
        """
        raise NotImplementedError

    def remove(self, by: SignedIn, name: str, now_ns: int, why: str = "") -> None:
        """Delete an account, with its sessions and tokens. What it did stays in the log."""
        raise NotImplementedError

    def import_csv(self, by: SignedIn, text: str, now_ns: int, why: str = "") -> list[Account]:
        """Make all accounts of a CSV file, or none; an error names the line."""
        raise NotImplementedError

    def export_csv(self) -> str:
        """All accounts as `import_csv` reads them, without secrets."""
        raise NotImplementedError
