"""Configuration of sign-in: who may come from where, and the company's own accounts."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from cell.people.errors import PeopleError
from cell.people.limits import Closed, PeopleSettings
from cell.people.roles import Role
from cell.texts import say

LINK_TOLD: Final = "INSPECTION_CELL_LINK_TOLD"
"""Set in a page's environment where who has started it makes and shows the first administrator's
link: only the newest link works, so that the page makes none of its own, at no restart either.
"""


class TlsConfig(Closed):
    """With what the pages are served over TLS."""

    certificate: Path = Field(
        title="Certificate",
        description="PEM file, with those that vouch for it; relative to this file.",
    )
    private_key: Path = Field(
        title="Private key", description="PEM file without a passphrase; relative to this file."
    )

    def anchored(self, folder: Path) -> Self:
        """The same with relative paths taken from `folder`."""
        paths = {
            "certificate": (folder / self.certificate).resolve(),
            "private_key": (folder / self.private_key).resolve(),
        }
        return self.model_copy(update=paths)


class ProviderConfig(Closed):
    """The company's own accounts, by OpenID Connect."""

    issuer: str = Field(
        title="Issuer",
        description="Address of the provider, https://...; http only on this computer.",
    )
    client_id: str = Field(
        pattern=r"^\S+$", title="Client", description="Id under which the provider knows the cell."
    )
    secret_file: Path = Field(
        title="Secret", description="File that holds the client's secret; relative to this file."
    )
    label: str = Field(
        "",
        title="Label",
        description="What the sign-in page calls it; empty: the issuer's host name.",
    )
    name_claim: str = Field(
        "preferred_username",
        title="Name's claim",
        description="Claim that names the person.",
    )
    role_claim: str = Field(
        "groups",
        title="Role's claim",
        description="Claim that holds a word, or a list of words, which `roles` turns into a role.",
    )
    roles: dict[str, Role] = Field(
        min_length=1,
        title="Roles",
        description="Role for each word of the role's claim; who has none of them stays outside. "
        "Of several the one told first here counts.",
    )

    @field_validator("issuer")
    @classmethod
    def _secure(cls, issuer: str) -> str:
        address = urlsplit(issuer)
        loopback = is_loopback(address.hostname or "")
        if not address.hostname or address.scheme not in ("https", "http"):
            raise ValueError("is no address such as https://accounts.example.com")
        if address.scheme == "http" and not loopback:
            raise ValueError("is not encrypted: use https")
        return issuer.rstrip("/")

    def credentials(self) -> tuple[str, str]:
        """The client's id and secret. Raises PeopleError when the file cannot be read."""
        try:
            secret = self.secret_file.read_text(encoding="utf-8").strip()
            why = "" if secret else "it is empty"
        except (OSError, UnicodeDecodeError) as error:
            secret, why = "", str(getattr(error, "strerror", None) or error)
        if why:
            raise PeopleError(say("signin.provider_secret", path=self.secret_file, why=why))
        return self.client_id, secret

    def called(self) -> str:
        """What the sign-in page calls it."""
        return self.label or urlsplit(self.issuer).hostname or self.issuer

    def name_of(self, claims: Mapping[str, Any]) -> str:
        """The person's name; '' where the provider tells none."""
        found = claims.get(self.name_claim)
        return found if isinstance(found, str) else ""

    def role_of(self, claims: Mapping[str, Any]) -> Role | None:
        """The role that the provider's claims give; None: he may not come in."""
        found = claims.get(self.role_claim)
        words = {found} if isinstance(found, str) else set(_words(found))
        return next((role for word, role in self.roles.items() if word in words), None)

    def anchored(self, folder: Path) -> Self:
        """The same with relative paths taken from `folder`."""
        return self.model_copy(update={"secret_file": (folder / self.secret_file).resolve()})


class PeopleConfig(PeopleSettings):
    """Who may work with the cell, and how he says who he is."""

    demo_sign_in: bool = Field(
        True,
        title="Demo sign-in",
        description="Sign in a demo operator by itself where the page is served on this computer "
        "alone and there is no account yet; never over the network.",
    )
    hosts: tuple[str, ...] = Field(
        (),
        title="Host names",
        description="Names under which browsers may call the cell, besides this computer's own.",
    )
    tls: TlsConfig | None = Field(
        None, title="TLS", description="Serve the pages encrypted; empty: not."
    )
    provider: ProviderConfig | None = Field(
        None, title="Provider", description="The company's own accounts; empty: none."
    )

    @field_validator("hosts")
    @classmethod
    def _names(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            if not host or "/" in host or "*" in host or host != host.strip():
                raise ValueError(f"'{host}' is no host name: give it without scheme, port and path")
        return tuple(host.casefold() for host in hosts)

    def may_demo(self, host: str) -> bool:
        """Whether a page served on `host` may sign in the demo's operator by itself."""
        return self.demo_sign_in and is_loopback(host)

    def allows(self, host: str) -> bool:
        """Whether a browser may call the cell by this name (without its port)."""
        return host.casefold() in self.hosts or is_loopback(host)

    def anchored(self, folder: Path) -> Self:
        """The same with relative paths taken from `folder`."""
        anchored = {
            "keys": None if self.keys is None else (folder / self.keys).resolve(),
            "tls": None if self.tls is None else self.tls.anchored(folder),
            "provider": None if self.provider is None else self.provider.anchored(folder),
        }
        return self.model_copy(update=anchored)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this computer's own."""
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _words(found: object) -> list[str]:
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
