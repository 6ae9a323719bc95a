"""Words of IEC 61131-3 structured text, as far as our program uses it. Names have no case there."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORD = re.compile(
    r"(?P<gap>\s+|\(\*.*?\*\))"
    r"|(?P<real>\d[\d_]*\.\d+(?:E[+-]?\d+)?)"
    r"|(?P<typed>(?:WORD|DWORD|INT|UINT|DINT|UDINT)#\d+)"
    r"|(?P<hex>16\#[0-9A-F_]+)"
    r"|(?P<int>\d[\d_]*(?!\.\d))"
    r"|(?P<name>[A-Z_]\w*)"
    r"|(?P<sign>:=|<>|<=|>=|\.\.|[-+*/=<>()\[\],;:.])",
    re.DOTALL | re.IGNORECASE,
)
_KEYWORDS = """
    var var_input var_output var_global constant end_var function end_function function_block
    end_function_block program end_program array of if then elsif else end_if return and or xor not
    mod true false
"""
KEYWORDS = frozenset(_KEYWORDS.split())


class StError(Exception):
    """The program is not what the subset allows; the message has the line."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word: `kind` is a keyword, a sign, or name, int, hex, real, typed, end."""

    kind: str
    text: str
    line: int


def tokens(source: str) -> list[Token]:
    """All words of a program. Raises StError."""
    found, at, line = list[Token](), 0, 1
    while at < len(source):
        match = _WORD.match(source, at)
        if match is None:
            raise StError(f"line {line}: cannot read {source[at : at + 20]!r}")
        kind, text = str(match.lastgroup), match.group()
        lower = text.lower()
        if kind == "name":
            found.append(Token(lower if lower in KEYWORDS else "name", lower, line))
        elif kind != "gap":
            found.append(Token(text if kind == "sign" else kind, lower, line))
        line += text.count("\n")
        at = match.end()
    return [*found, Token("end", "", line)]
