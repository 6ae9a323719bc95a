"""What the parser makes of a program: plain values."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant; `type` '' for a number that takes its neighbour's type."""

    value: bool | int | float
    type: str
    line: int


@dataclass(frozen=True, slots=True)
class Place:
    """A variable: `name`, then an index or a member, if any."""

    name: str
    line: int
    index: Expr | None = None
    member: str = ""


@dataclass(frozen=True, slots=True)
class Unary:
    """`not` or `-`."""

    sign: str
    of: Expr
    line: int


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands."""

    sign: str
    left: Expr
    right: Expr
    line: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function, or a function block's instance. Arguments by name ('' where by position)."""

    name: str
    arguments: tuple[tuple[str, Expr], ...]
    line: int


Expr = Literal | Place | Unary | Binary | Call


@dataclass(frozen=True, slots=True)
class Assign:
    """`to := value`."""

    to: Place
    value: Expr


@dataclass(frozen=True, slots=True)
class If:
    """Branches with their conditions; the last condition may be None (ELSE)."""

    branches: tuple[tuple[Expr | None, tuple[Statement, ...]], ...]


@dataclass(frozen=True, slots=True)
class Return:
    """Leave the unit."""


Statement = Assign | If | Return | Call


@dataclass(frozen=True, slots=True)
class Variable:
    """A declaration; `length` 0 for no array."""

    name: str
    type: str
    line: int
    initial: Expr | None = None
    length: int = 0
    constant: bool = False


@dataclass(slots=True)
class Unit:
    """A function (`result`: its type), function block or program."""

    kind: str
    name: str
    result: str = ""
    inputs: list[Variable] = field(default_factory=list)
    outputs: list[Variable] = field(default_factory=list)
    locals: list[Variable] = field(default_factory=list)
    body: tuple[Statement, ...] = ()
