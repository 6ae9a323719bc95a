"""The products that the twin carries, with their pictures."""

from __future__ import annotations

from collections.abc import Mapping

from twin.boards import BoardLibrary
from twin.carriers import CarrierLibrary
from twin.config import TwinConfig
from twin.ports import Library
from twin.product import BALL_SCREW_CARRIER


class ProductError(Exception):
    """A product that cannot be fed; the message says why."""


def load_libraries(config: TwinConfig) -> dict[str, Library]:
    """A library for each product, by the product's name. Raises PartDataError."""
    libraries: tuple[Library, ...] = (
        BoardLibrary(config.golden_folder, config.boards_folder),
        CarrierLibrary(BALL_SCREW_CARRIER, config.carriers_folder),
    )
    return {library.product.name: library for library in libraries}


def require_product(libraries: Mapping[str, Library], name: object, pitch_m: float) -> str:
    """The name of a product that can be laid at this pitch. Raises ProductError."""
    library = libraries.get(name) if isinstance(name, str) else None
    if library is None:
        raise ProductError(f"unknown product {name!r}; known: {', '.join(libraries)}")
    least = library.product.least_pitch_m
    if pitch_m < least:
        raise ProductError(
            f"pitch_m {pitch_m:g} is too short for product {name}: its parts would touch; set at "
            f"least {least:.3f}"
        )
    return library.product.name
