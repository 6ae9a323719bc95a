"""The products that the twin carries, with their pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping

from twin.boards import BoardLibrary
from twin.carriers import CarrierLibrary
from twin.config import TwinConfig
from twin.discs import DiscLibrary
from twin.ports import Library
from twin.product import BALL_SCREW_CARRIER, Product, ProductError

SAME_M = 0.001
"""Products that differ by less in size are taken for one."""


def load_libraries(config: TwinConfig) -> dict[str, Library]:
    """A library for each product, by the product's name. Raises PartDataError."""
    libraries: tuple[Library, ...] = (
        BoardLibrary(config.golden_folder, config.boards_folder),
        CarrierLibrary(BALL_SCREW_CARRIER, config.carriers_folder),
        DiscLibrary(),
    )
    return {library.product.name: library for library in libraries}


def require_product(
    libraries: Mapping[str, Library], name: object, size_m: object, pitch_m: float
) -> str:
    """The name of the product of this name, else of this size (x, y) [m], that can be laid at this
    pitch. Raises ProductError.
    """
    products = [library.product for library in libraries.values()]
    found = [p for p in products if p.name == name] or [p for p in products if _fits(p, size_m)]
    if not found:
        known = ", ".join(f"{p.name} ({_shown(p.size_m)})" for p in products)
        raise ProductError(f"unknown product {name!r}{_of(size_m)}; known: {known}")
    product = found[0]
    if pitch_m < product.least_pitch_m:
        raise ProductError(
            f"pitch_m {pitch_m:g} is too short for product {product.name}: its parts would touch; "
            f"set at least {product.least_pitch_m:.3f}"
        )
    return product.name


def _fits(product: Product, size_m: object) -> bool:
    match size_m:
        case [float(x), float(y)]:
            return math.dist(product.size_m, (x, y)) < SAME_M
        case _:
            return False


def _shown(size_m: tuple[float, float]) -> str:
    return f"{size_m[0] * 1e3:g} x {size_m[1] * 1e3:g} mm"


def _of(size_m: object) -> str:
    match size_m:
        case [float(x), float(y)]:
            return f" of {_shown((x, y))}"
        case _:
            return ""
