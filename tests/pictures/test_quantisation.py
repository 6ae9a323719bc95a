"""Tables that encoders write are taken, tables that damage wrote are not."""

from __future__ import annotations

import drawn
import pytest
from PIL import JpegPresets

from vision.pictures import UnreadableError, decode_grey

DQT = b"\xff\xdb"


@pytest.mark.parametrize("quality", [*range(1, 101, 3), *JpegPresets.presets])
def test_every_quality_of_the_standard_and_of_photo_programs_is_read(quality: int | str) -> None:
    decode_grey(drawn.encoded(drawn.colour(), "JPEG", quality=quality))


@pytest.mark.parametrize("quality", [60, 75, 92])
@pytest.mark.parametrize("entry", [0, 1, 5, 20, 40, 63])
@pytest.mark.parametrize("wrong", [0, 180, 255])
def test_a_changed_entry_is_told(quality: int, entry: int, wrong: int) -> None:
    raw = drawn.encoded(drawn.texture(), "JPEG", quality=quality)
    at = raw.index(DQT) + 5 + entry
    with pytest.raises(UnreadableError, match="quantisation table"):
        decode_grey(raw[:at] + bytes([wrong]) + raw[at + 1 :])


def test_a_table_that_ends_too_early_is_told() -> None:
    raw = drawn.encoded(drawn.texture(), "JPEG", quality=75)
    at = raw.index(DQT) + 2
    with pytest.raises(UnreadableError):
        decode_grey(raw[:at] + (40).to_bytes(2, "big") + raw[at + 2 :])
