"""Turns a program into Python, and refuses what a strict compiler of a PLC would refuse: types that
do not fit, names that are not there, constants that are assigned to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.plc.st.expressions import Expressions
from tests.plc.st.lexer import StError
from tests.plc.st.parser import parse
from tests.plc.st.tree import Assign, Call, If, Return, Statement, Unit, Variable
from tests.plc.st.types import HELPERS


@dataclass(slots=True)
class Program:
    """A running program: `cycle()` runs it once; its global variables are attributes of `io`."""

    io: Any
    main: Any
    source: str = field(repr=False)

    def cycle(self) -> None:
        """One scan."""
        self.main._scan()


class _Globals:
    """Process image and registers."""


def load(source: str) -> Program:
    """The program of this text, at power-up. Raises StError."""
    variables, units = parse(source)
    image = _Globals()
    names = Expressions(variables, units)
    text = "\n".join(_unit(unit, names) for unit in units)
    space: dict[str, Any] = {"io": image, **HELPERS}
    for variable in variables:
        space["value"] = None
        exec(f"value = {names.initial(variable)}", space)
        setattr(image, variable.name, space["value"])
    exec(compile(text, "<cell.st>", "exec"), space)
    programs = [unit.name for unit in units if unit.kind == "program"]
    if len(programs) != 1:
        raise StError(f"one PROGRAM expected, not {programs}")
    return Program(image, space[f"unit_{programs[0]}"](), text)


def _unit(unit: Unit, names: Expressions) -> str:
    names.enter(unit)
    lines = [*_fields(unit, names), *_run(unit, names)]
    return f"class unit_{unit.name}:\n" + "\n".join(f"    {line}" for line in lines) + "\n"


def _fields(unit: Unit, names: Expressions) -> list[str]:
    own = [*unit.inputs, *unit.outputs, *unit.locals]
    if unit.kind == "function":
        own.append(Variable(unit.name, unit.result, 0))
    body = [f"    self.{v.name} = {names.initial(v)}" for v in own]
    return ["def __init__(self):", *(body or ["    pass"])]


def _run(unit: Unit, names: Expressions) -> list[str]:
    lines = _block(unit.body, names)
    return ["def _scan(self):", *(f"    {line}" for line in lines)]


def _block(body: tuple[Statement, ...], names: Expressions) -> list[str]:
    lines = list[str]()
    for statement in body:
        match statement:
            case Return():
                lines.append("return")
            case Assign(to=to, value=value):
                code, type_ = names.place(to)
                names.require_writable(to)
                lines.append(f"{code} = {names.of_type(value, type_, to.line)}")
            case Call() if names.is_instance(statement.name):
                lines += names.block_call(statement)
            case Call():
                lines.append(names.expression(statement)[0])
            case If(branches=branches):
                word = "if"
                for condition, inner in branches:
                    head = "else:"
                    if condition is not None:
                        head = f"{word} {names.of_type(condition, 'bool', 0)}:"
                    lines += [head, *(f"    {line}" for line in _block(inner, names))]
                    word = "elif"
    return lines or ["pass"]
