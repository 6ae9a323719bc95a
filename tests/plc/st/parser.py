"""Recursive descent over the subset of structured text that our program uses."""

from __future__ import annotations

from tests.plc.st.lexer import StError, Token, tokens
from tests.plc.st.tree import (
    Assign,
    Binary,
    Call,
    Expr,
    If,
    Literal,
    Place,
    Return,
    Statement,
    Unary,
    Unit,
    Variable,
)

LEVELS = (("or",), ("xor",), ("and",), ("=", "<>"), ("<", ">", "<=", ">="), ("+", "-"),
          ("*", "/", "mod"))  # fmt: skip
"""Binary operators, the weakest first (IEC 61131-3, table 71)."""


def parse(source: str) -> tuple[list[Variable], list[Unit]]:
    """Global variables and units of a program. Raises StError."""
    return _Parser(tokens(source)).program()


class _Parser:
    def __init__(self, words: list[Token]) -> None:
        self._words, self._at = words, 0

    def program(self) -> tuple[list[Variable], list[Unit]]:
        variables, units = list[Variable](), list[Unit]()
        while not self._is("end"):
            if self._is("var_global"):
                variables += self._block()
            else:
                units.append(self._unit())
        return variables, units

    def _unit(self) -> Unit:
        kind = self._take("function", "function_block", "program").kind
        unit = Unit(kind, self._take("name").text)
        if kind == "function":
            self._take(":")
            unit.result = self._take("name").text
        while self._is("var", "var_input", "var_output"):
            where = {"var": unit.locals, "var_input": unit.inputs, "var_output": unit.outputs}
            where[self._now.kind].extend(self._block())
        unit.body = self._statements(f"end_{kind}")
        self._take(f"end_{kind}")
        return unit

    def _block(self) -> list[Variable]:
        self._take("var", "var_input", "var_output", "var_global")
        constant = self._maybe("constant")
        found = []
        while not self._maybe("end_var"):
            name = self._take("name")
            self._take(":")
            length = 0
            if self._maybe("array"):
                self._take("[")
                if self._take("int").text != "0":
                    raise self._wrong("an array that begins with 0")
                self._take("..")
                length = int(self._take("int").text) + 1
                self._take("]")
                self._take("of")
            type_ = self._take("name").text
            initial = self._expression() if self._maybe(":=") else None
            self._take(";")
            found.append(Variable(name.text, type_, name.line, initial, length, constant))
        return found

    def _statements(self, *ends: str) -> tuple[Statement, ...]:
        found = list[Statement]()
        while not self._is(*ends):
            found.append(self._statement())
            self._take(";")
        return tuple(found)

    def _statement(self) -> Statement:
        if self._maybe("return"):
            return Return()
        if self._maybe("if"):
            return self._if()
        place = self._primary()
        if isinstance(place, Call):
            return place
        if not isinstance(place, Place) or place.member:
            raise self._wrong("a variable to assign to")
        self._take(":=")
        return Assign(place, self._expression())

    def _if(self) -> If:
        ends = ("elsif", "else", "end_if")
        branches = list[tuple[Expr | None, tuple[Statement, ...]]]()
        while True:
            condition = self._expression()
            self._take("then")
            branches.append((condition, self._statements(*ends)))
            if not self._maybe("elsif"):
                break
        if self._maybe("else"):
            branches.append((None, self._statements("end_if")))
        self._take("end_if")
        return If(tuple(branches))

    def _expression(self, level: int = 0) -> Expr:
        if level == len(LEVELS):
            return self._unary()
        left = self._expression(level + 1)
        while self._is(*LEVELS[level]):
            sign = self._take(*LEVELS[level])
            left = Binary(sign.kind, left, self._expression(level + 1), sign.line)
        return left

    def _unary(self) -> Expr:
        if self._is("not", "-"):
            sign = self._take("not", "-")
            return Unary(sign.kind, self._unary(), sign.line)
        return self._primary()

    def _primary(self) -> Expr:
        word = self._now
        self._at += 1
        digits = word.text.replace("_", "")
        match word.kind:
            case "(":
                inner = self._expression()
                self._take(")")
                return inner
            case "true" | "false":
                return Literal(word.kind == "true", "bool", word.line)
            case "int":
                return Literal(int(digits), "", word.line)
            case "hex":
                return Literal(int(digits[3:], 16), "", word.line)
            case "real":
                return Literal(float(digits), "lreal", word.line)
            case "typed":
                type_, _, value = digits.partition("#")
                return Literal(int(value), type_, word.line)
            case "name" if self._maybe("("):
                return Call(word.text, self._arguments(), word.line)
            case "name" if self._maybe("["):
                index = self._expression()
                self._take("]")
                return Place(word.text, word.line, index)
            case "name" if self._maybe("."):
                return Place(word.text, word.line, member=self._take("name").text)
            case "name":
                return Place(word.text, word.line)
        self._at -= 1
        raise self._wrong("a value")

    def _arguments(self) -> tuple[tuple[str, Expr], ...]:
        found = list[tuple[str, Expr]]()
        while not self._maybe(")"):
            if found:
                self._take(",")
            named = self._is("name") and self._words[self._at + 1].kind == ":="
            name = self._take("name").text if named else ""
            if named:
                self._take(":=")
            found.append((name, self._expression()))
        return tuple(found)

    @property
    def _now(self) -> Token:
        return self._words[self._at]

    def _is(self, *kinds: str) -> bool:
        return self._now.kind in kinds

    def _maybe(self, kind: str) -> bool:
        found = self._is(kind)
        self._at += found
        return found

    def _take(self, *kinds: str) -> Token:
        if not self._is(*kinds):
            raise self._wrong(" or ".join(kinds))
        self._at += 1
        return self._words[self._at - 1]

    def _wrong(self, wanted: str) -> StError:
        return StError(f"line {self._now.line}: {wanted} expected, not {self._now.text!r}")
