"""AIAG's attribute study: 50 parts, 3 appraisers, 3 trials (Measurement Systems Analysis, 4th
edition 2010, table III-C 1). 1: accepted; in the manual's order of parts.
"""

from __future__ import annotations

import numpy as np

from cell.quality.gauge import Bools

_ALL, _NONE = "111 111 111 1", "000 000 000 0"
_MIXED = {
    6: "110 110 100 1", 7: "111 111 101 1", 12: "000 000 010 0", 14: "110 111 100 1",
    21: "110 101 010 1", 22: "001 010 110 0", 26: "010 000 001 0", 30: "000 001 000 0",
    34: "001 001 011 0", 36: "110 111 101 1", 43: "101 111 110 1",
}  # fmt: skip
_REJECTED = (3, 4, 5, 9, 25, 37, 39, 42, 45, 48, 50)
VALUES = (
    0.476901, 0.509015, 0.576459, 0.566152, 0.570360, 0.544951, 0.465454, 0.502295, 0.437817,
    0.515573, 0.488905, 0.559918, 0.542704, 0.454518, 0.517377, 0.531939, 0.519694, 0.484167,
    0.520496, 0.477236, 0.452310, 0.545604, 0.529065, 0.514192, 0.599581, 0.547204, 0.502436,
    0.521642, 0.523754, 0.561457, 0.503091, 0.505850, 0.487613, 0.449696, 0.498698, 0.543077,
    0.409238, 0.488184, 0.427687, 0.501132, 0.513779, 0.566575, 0.462410, 0.470832, 0.412453,
    0.493441, 0.486379, 0.587893, 0.483803, 0.446697,
)  # fmt: skip
"""Reference values of the parts; the tolerance is 0.45 to 0.55."""


def study() -> tuple[Bools, dict[str, Bools]]:
    """Reference and ratings, True: defective."""
    lines = [
        _MIXED.get(part, _NONE if part in _REJECTED else _ALL).split() for part in range(1, 51)
    ]
    ratings = {
        name: np.array([[sign == "0" for sign in line[column]] for line in lines])
        for column, name in enumerate("ABC")
    }
    return np.array([line[3] == "0" for line in lines]), ratings
