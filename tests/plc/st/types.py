"""Elementary types, their arithmetic, and the standard functions. Overflow wraps, as in a PLC."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

BITS = {"int": 16, "uint": 16, "word": 16, "dint": 32, "udint": 32, "dword": 32}
SIGNED = ("int", "dint")
BIT_STRINGS = ("bool", "word", "dword")
NUMBERS = ("int", "uint", "dint", "udint", "lreal")
ELEMENTARY = (*BITS, "bool", "lreal")
CONVERSION = re.compile(r"([a-z]+)_to_([a-z]+)")

Number = bool | int | float


def wrap(type_: str, value: int) -> int:
    """An integer cut to its type's width."""
    bits = BITS[type_]
    value &= (1 << bits) - 1
    return value - (1 << bits) if type_ in SIGNED and value >> (bits - 1) else value


def divide(left: int, right: int) -> int:
    """Integer division towards zero. Raises ZeroDivisionError, which stops a PLC."""
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def remainder(left: int, right: int) -> int:
    """What `divide` leaves."""
    return left - right * divide(left, right)


def convert(to: str, value: Number) -> Number:
    """A conversion such as DINT_TO_LREAL: a real is rounded half to even, integers keep bits."""
    if to == "lreal":
        return float(value)
    return wrap(to, round(value) if isinstance(value, float) else int(value))


def shift_left(type_: str, value: int, by: int) -> int:
    """SHL: bits that leave are gone."""
    return wrap(type_, value << by)


def call(unit: type[Any], name: str, **inputs: Number) -> Number:
    """A function: it remembers nothing from one call to the next."""
    made = unit()
    for key, value in inputs.items():
        setattr(made, key, value)
    made._scan()
    result: Number = getattr(made, name)
    return result


HELPERS: dict[str, Callable[..., Any]] = {
    "wrap": wrap,
    "divide": divide,
    "remainder": remainder,
    "convert": convert,
    "shift_left": shift_left,
    "sqrt": math.sqrt,
    "call": call,
}
