"""Pictures drawn for the tests, and their files as a common encoder writes them."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

HEIGHT, WIDTH = 96, 128


def texture(seed: int = 1) -> NDArray[np.uint8]:
    """A grey picture [96, 128] with detail everywhere."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(40, 200, (HEIGHT // 8, WIDTH // 8)).repeat(8, 0).repeat(8, 1)
    return np.asarray(coarse + rng.integers(-4, 4, (HEIGHT, WIDTH)), np.uint8)


def colour(seed: int = 1) -> NDArray[np.uint8]:
    """A colour picture [96, 128, 3], RGB."""
    return np.dstack([texture(seed + which) for which in range(3)])


def encoded(image: Any, kind: str, **options: Any) -> bytes:
    """The picture's file. image: pixels, or a picture of Pillow's."""
    buffer = io.BytesIO()
    picture = image if isinstance(image, Image.Image) else Image.fromarray(image)
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk of a PNG with its right checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(rows: bytes, *, width: int = WIDTH, height: int = HEIGHT, depth: int = 8) -> bytes:
    """A grey PNG whose pixel data is `rows` packed, whatever its header says."""
    head = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body
