"""What a network is shown: the board, its golden sample, and the golden sample's neighbourhoods.

A defect is bright where the golden sample is dark within some pixels, or dark where it is bright,
however the two are misregistered. The brightest and the darkest within those pixels are taken here
and not in the network: OpenCV does in a millisecond what inference engines need ten for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from models.card import Channel
from vision.types import Image

PAIR: Final[tuple[Channel, ...]] = get_args(Channel)
"""All channels, as a network that compares with a golden sample takes them."""


def golden_channel(name: Channel, golden: Image) -> Image:
    """What a channel other than the board's holds for a golden sample (height, width)."""
    if name == "golden":
        return golden
    _, extreme, reach = name.split("_")
    side = 2 * int(reach.removesuffix("px")) + 1
    spread = cv2.dilate if extreme == "high" else cv2.erode
    return np.asarray(spread(golden, np.ones((side, side), np.uint8)), np.uint8)


def stack(channels: Sequence[Channel], board: Image, golden: Image) -> NDArray[np.uint8]:
    """The channels [C, height, width] of a pair of pictures (height, width)."""
    return np.stack([board if c == "board" else golden_channel(c, golden) for c in channels])
