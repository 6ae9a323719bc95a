"""Passwords, PINs and badges as Argon2 hashes; tokens and badges as digests to find them by."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import unicodedata

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher

_AT_ONCE = 2
"""Each verification takes 64 MiB and 0.4 s of a processor: many at once would starve the cell."""


class Hashing:
    """Argon2 with its library's cost, or another one for tests."""

    def __init__(self, hasher: Argon2Hasher | None = None) -> None:
        self._hash = PasswordHash((hasher or Argon2Hasher(),))
        self._slots = threading.BoundedSemaphore(_AT_ONCE)
        self._nobodys = ""

    def hash(self, secret: str) -> str:
        """A hash to keep."""
        with self._slots:
            return self._hash.hash(one_spelling(secret))

    def verify(self, secret: str, kept: str | None) -> tuple[bool, str | None]:
        """Whether the secret is the one that was kept, and a new hash where the kept one is of an
        older cost. Without a kept one it takes as long, and is wrong.
        """
        if kept is None:
            self._waste(secret)
            return False, None
        with self._slots:
            try:
                return self._hash.verify_and_update(one_spelling(secret), kept)
            except PwdlibError:  # the kept one is damaged
                return False, None

    def _waste(self, secret: str) -> None:
        if not self._nobodys:
            self._nobodys = self.hash(secrets.token_hex())  # as long as a verification
        else:
            self.verify(secret, self._nobodys)


def one_spelling(secret: str) -> str:
    """The secret as it is hashed: keyboards put the same signs together in different ways."""
    return unicodedata.normalize("NFC", secret).encode("utf-8", "replace").decode()


def new_token() -> str:
    """Words for a browser or a program that nobody can guess."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """What is kept of a token. It has 256 random bits, so no slow hash is needed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def badge_digest(key: bytes, badge: str) -> bytes:
    """What a badge's person is found by. Badges are short: without the key it could be guessed."""
    return hmac.digest(key, b"badge\n" + one_spelling(badge.strip()).encode(), "sha256")
