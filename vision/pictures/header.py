"""What a picture file says of itself before its pixels are decoded: size, depth, layout.

PNG (ISO 15948), WebP (RFC 9649) and BMP state it at fixed places; JPEG: `jpeg`, TIFF: `tiff`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from vision.pictures.errors import UnreadableError

MOST_PIXELS = 100_000_000
"""A header can claim any size: more than this is refused before memory is taken for it."""
MOST_SIDE = 1 << 16
CONVERT = "convert it to grey or colour of 8 bits a channel, as the cell's camera would deliver it"
_GREYS = b"".join(bytes((grey, grey, grey, 0)) for grey in range(256))
_PNG_LAYOUTS = {0: "grey", 2: "colour", 3: "palette", 4: "grey", 6: "colour"}


@dataclass(frozen=True, slots=True)
class Header:
    """Size [px], bits a channel, and layout: grey, colour, palette, CMYK or another's name.

    alpha: there may be transparent pixels. pictures: how many the file holds. blind: its format
    decodes whatever its bytes have become, so that damage does not show.
    """

    kind: str
    width: int
    height: int
    depth: int
    layout: str
    alpha: bool = False
    pictures: int = 1
    blind: bool = False

    @property
    def words(self) -> str:
        """Layout and depth, as they are told people."""
        return f"{self.layout}{' and alpha' if self.alpha else ''}, {self.depth} bit"

    def check(self) -> None:
        """Raise UnreadableError for a size that no picture has."""
        if self.width < 1 or self.height < 1:
            raise UnreadableError(f"has the size {self.width}x{self.height}")
        if self.width * self.height > MOST_PIXELS or max(self.width, self.height) > MOST_SIDE:
            raise UnreadableError(
                f"claims to have {self.width} x {self.height} px, at most {MOST_PIXELS:,} px and "
                f"{MOST_SIDE} px a side are read",
                "give the camera's picture",
            )

    def check_inspectable(self) -> None:
        """Raise UnreadableError for a picture that is none of the kind that is inspected."""
        if self.pictures != 1:
            raise UnreadableError(
                "holds several pictures (pages or an animation), the cell inspects one",
                "save the one that shows the part as a file of its own",
            )
        if self.blind:
            raise UnreadableError(
                f"is a {self.kind} with loss, whose damage nobody can see",
                "save it as PNG, or as WebP without loss",
            )
        if self.layout not in ("grey", "colour"):
            raise UnreadableError(
                f"has {self.layout} pixels, the cell inspects grey or colour", CONVERT
            )
        if self.depth != 8:
            raise UnreadableError(f"has {self.depth} bits a channel, the cell inspects 8", CONVERT)


def png_header(raw: bytes) -> Header:
    """From IHDR, and the chunks before the first pixels."""
    if len(raw) < 33 or raw[12:16] != b"IHDR":
        raise UnreadableError("is a PNG without a header")
    width, height, depth, colour = struct.unpack(">IIBB", raw[16:26])
    layout = _PNG_LAYOUTS.get(colour, f"type-{colour}")
    first = raw.find(b"IDAT", 33)
    before = raw[33 : first if first > 0 else len(raw)]
    at, alpha, pictures = 0, colour in (4, 6), 1
    while at + 12 <= len(before):
        length, name = struct.unpack(">I4s", before[at : at + 8])
        if name == b"tRNS":
            layout = f"partly transparent {layout}"
        if name == b"acTL":
            pictures = int.from_bytes(before[at + 8 : at + 12], "big")
        at += 12 + length
    return Header("PNG", width, height, depth, layout, alpha, pictures)


def require_whole_png(raw: bytes) -> None:
    """Raise UnreadableError unless its chunks follow each other to the last one, IEND: a decoder
    takes as much memory for a chunk as its length claims.
    """
    at = 8
    while at + 12 <= len(raw):
        length, name = struct.unpack(">I4s", raw[at : at + 8])
        at += 12 + length
        if name == b"IEND" and at <= len(raw):
            return
    raise UnreadableError("ends too early: the file was cut off, or a chunk's length is damaged")


def webp_header(raw: bytes) -> Header:
    """From the first chunk: VP8X, VP8L or VP8 (with loss; its entropy coding takes any bytes)."""
    if len(raw) < 30:
        raise UnreadableError("ends too early: the file was cut off")
    kind = raw[12:16]
    if kind == b"VP8X":
        width = int.from_bytes(raw[24:27], "little") + 1
        height = int.from_bytes(raw[27:30], "little") + 1
        alpha, animated = bool(raw[20] & 0x10), bool(raw[20] & 0x02)
        pictures, lossy = 2 if animated else 1, _chunk_of_pixels(raw) == b"VP8 "
        return Header("WebP", width, height, 8, "colour", alpha, pictures, lossy)
    if kind == b"VP8L":
        bits = int.from_bytes(raw[21:25], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        return Header("WebP", width, height, 8, "colour", bool(bits >> 28 & 1))
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", raw[26:30])
        return Header("WebP", width & 0x3FFF, height & 0x3FFF, 8, "colour", blind=True)
    raise UnreadableError("is a WebP without a picture")


def _chunk_of_pixels(raw: bytes) -> bytes:
    """The name of the chunk behind VP8X that holds the picture."""
    at = 12
    while at + 8 <= len(raw):
        name, length = struct.unpack("<4sI", raw[at : at + 8])
        if name in (b"VP8 ", b"VP8L"):
            return bytes(name)
        at += 8 + length + length % 2
    return b""


def bmp_header(raw: bytes) -> Header:
    """Of Windows' bitmaps; grey ones have a palette of greys."""
    if len(raw) < 54:
        raise UnreadableError("ends too early: the file was cut off")
    start, size, width, height, _, bits, packing = struct.unpack("<IIiiHHI", raw[10:34])
    if size < 40:
        raise UnreadableError("is a bitmap of OS/2", CONVERT)
    if packing not in (0, 3):
        raise UnreadableError("is a packed bitmap (RLE or another), which is not read", CONVERT)
    layout = "palette" if bits <= 8 else "colour"
    if bits == 8:
        palette = raw[14 + size : start]
        if palette[:1024] == _GREYS:
            layout = "grey"
    depth = {1: 1, 2: 2, 4: 4, 16: 5}.get(bits, 8)
    return Header("BMP", width, abs(height), depth, layout)


def require_told_length(raw: bytes) -> None:
    """Raise UnreadableError for a bitmap that is longer than it says: it has no checksum, so that
    a piece that stands twice would show the part shifted, and nothing would tell.
    """
    told = int.from_bytes(raw[2:6], "little")
    if 54 <= told < len(raw):
        raise UnreadableError(f"is {len(raw):,} bytes long, and says that it has {told:,}")
