"""How entries of the log hang together, and how its head is signed.

    entry key = HMAC-SHA-256(key, "entry"),  head key = HMAC-SHA-256(key, "head")
    mac 0     = HMAC(entry key, "inspection-cell audit" LF identity)
    mac n     = HMAC(entry key, mac n-1, canonical JSON of entry n)

The head holds the last sequence and its mac. Whoever has the database alone can forge neither; a
tail that is cut off is missed because the head, which lies apart, still names it.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cell.people.keys import sync_folder, told, write_private

HEAD = "audit.head"


class Seal:
    """The key of a log, in its two uses."""

    def __init__(self, key: bytes) -> None:
        self._entry = hmac.digest(key, b"entry", "sha256")
        self._head = hmac.digest(key, b"head", "sha256")
        self.key_id = hmac.digest(key, b"id", "sha256").hex()[:16]

    def genesis(self, identity: str) -> bytes:
        """What the first entry hangs on."""
        return hmac.digest(self._entry, b"inspection-cell audit\n" + identity.encode(), "sha256")

    def mac(self, previous: bytes, entry: bytes) -> bytes:
        """Mac of an entry in its canonical form."""
        return hmac.digest(self._entry, previous + entry, "sha256")

    def head(self, words: bytes) -> str:
        """Signature of a head's words."""
        return hmac.digest(self._head, words, "sha256").hex()


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry that a log had. `mac`: in hexadecimal digits."""

    identity: str
    seq: int
    mac: str


@dataclass(frozen=True, slots=True)
class FoundHead:
    """What lies where the head should be. `head` is None where it is `missing` or `forged`."""

    head: Head | None
    missing: bool = False
    forged: bool = False


def read_head(folder: Path, seal: Seal) -> FoundHead:
    """The head, believed only with its signature. Raises AuditError when it cannot be read."""
    path = folder / HEAD
    with told(path):
        try:
            words = path.read_bytes()
        except FileNotFoundError:
            return FoundHead(None, missing=True)
    try:
        found: dict[str, Any] = json.loads(words)
        signature = str(found.pop("signature"))
        head = Head(str(found["identity"]), int(found["seq"]), str(found["mac"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return FoundHead(None, forged=True)
    if not hmac.compare_digest(signature.encode(), seal.head(_words(head)).encode()):
        return FoundHead(None, forged=True)
    return FoundHead(head)


class NextHead:
    """A head that is written beside the one before, and takes its place when it may."""

    def __init__(self, folder: Path, seal: Seal, head: Head) -> None:
        """Write it, so that what follows can hardly fail any more. Raises AuditError."""
        self._path = folder / HEAD
        self._fresh = folder / f".{HEAD}.{secrets.token_hex(6)}"
        content = {**asdict(head), "signature": seal.head(_words(head))}
        try:
            with told(self._path):
                write_private(self._fresh, json.dumps(content).encode() + b"\n")
        except BaseException:
            self.drop()
            raise

    def take_place(self) -> None:
        """Replace the one before, at once and as a whole. Raises AuditError."""
        with told(self._path):
            os.replace(self._fresh, self._path)
            sync_folder(self._path.parent)

    def drop(self) -> None:
        """It is not needed after all."""
        self._fresh.unlink(missing_ok=True)


def _words(head: Head) -> bytes:
    return json.dumps(asdict(head), sort_keys=True).encode()
