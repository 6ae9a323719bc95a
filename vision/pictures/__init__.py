"""The one place where picture files are read. What is damaged, or is no picture of the kind that
the cell inspects, is refused with one line; nothing is repaired, turned or scaled in silence.

Kinds: PNG, JPEG, WebP, TIFF and BMP, by their content. Inspected are pictures of 8 bits a channel,
grey or colour, one in a file; pixels are as stored, whatever turn a header asks for.
"""

from vision.pictures.errors import UnreadableError
from vision.pictures.files import SUFFIXES, find_pictures, is_picture, read_bytes
from vision.pictures.grey import Pixels, to_grey8
from vision.pictures.header import Header
from vision.pictures.jpeg import jpeg_header
from vision.pictures.reading import (
    decode_grey,
    header_of,
    read_grey,
    read_picture,
    read_pixels,
    size_of,
)
from vision.pictures.turn import orientation_of

__all__ = [
    "SUFFIXES",
    "Header",
    "Pixels",
    "UnreadableError",
    "decode_grey",
    "find_pictures",
    "header_of",
    "is_picture",
    "jpeg_header",
    "orientation_of",
    "read_bytes",
    "read_grey",
    "read_picture",
    "read_pixels",
    "size_of",
    "to_grey8",
]
