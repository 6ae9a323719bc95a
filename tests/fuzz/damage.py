"""Damage to files as disks, transfers and programs that were ended do it. Pure."""

from __future__ import annotations

import random

JPEG_END = b"\xff\xd9"
PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"


def damaged(content: bytes, seed: int) -> bytes:
    """The content with one to three pieces of damage, chosen by the seed."""
    chance = random.Random(seed)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        content = chance.choice(KINDS)(content, chance)
    return content


def _place(content: bytes, chance: random.Random) -> int:
    """Anywhere; often in the first bytes, which say what the rest means."""
    if not content:
        return 0
    most = min(len(content), 64) if chance.random() < 0.25 else len(content)
    return chance.randrange(most)


def _length(content: bytes, chance: random.Random) -> int:
    return min(len(content), chance.choice((1, 2, 4, 16, 64, 512, 4096, len(content) // 4 + 1)))


def flip(content: bytes, chance: random.Random) -> bytes:
    """One to eight bits, each somewhere."""
    data = bytearray(content)
    for _ in range(chance.randrange(1, 9) if data else 0):
        data[_place(content, chance)] ^= 1 << chance.randrange(8)
    return bytes(data)


def overwrite(content: bytes, chance: random.Random) -> bytes:
    """A lost block: zeros, ones, or what belongs elsewhere."""
    at, length = _place(content, chance), _length(content, chance)
    length = min(length, len(content) - at)
    fill = chance.choice((b"\0" * length, b"\xff" * length, chance.randbytes(length)))
    return content[:at] + fill + content[at + length :]


def remove(content: bytes, chance: random.Random) -> bytes:
    """A piece is missing, and what follows has moved up."""
    at, length = _place(content, chance), _length(content, chance)
    return content[:at] + content[at + length :]


def repeat(content: bytes, chance: random.Random) -> bytes:
    """A piece stands twice."""
    at, length = _place(content, chance), _length(content, chance)
    return content[: at + length] + content[at:]


def exchange(content: bytes, chance: random.Random) -> bytes:
    """Two blocks stand in each other's place."""
    length = max(1, min(_length(content, chance), len(content) // 2))
    first = chance.randrange(max(1, len(content) // 2 - length + 1))
    second = len(content) // 2 + chance.randrange(max(1, len(content) // 2 - length + 1))
    a, b = content[first : first + length], content[second : second + length]
    return content[:first] + b + content[first + length : second] + a + content[second + length :]


def cut(content: bytes, chance: random.Random) -> bytes:
    """The end is missing."""
    return content[: _place(content, chance)]


def cut_and_closed(content: bytes, chance: random.Random) -> bytes:
    """The end is missing and an end marker follows, as repair programs write it."""
    end = PNG_END if content.startswith(b"\x89PNG") else JPEG_END
    return content[: _place(content, chance)] + end


def half_overwritten(content: bytes, chance: random.Random) -> bytes:
    """The second part is of zeros: room was made, and the writer was ended."""
    at = _place(content, chance)
    return content[:at] + bytes(len(content) - at)


def appended(content: bytes, chance: random.Random) -> bytes:
    """More follows than belongs there."""
    return content + chance.choice((b"\0" * 100, chance.randbytes(50), content[:200]))


KINDS = (
    flip, flip, overwrite, overwrite, remove, repeat, exchange, cut, cut_and_closed,
    half_overwritten, appended,
)  # fmt: skip
