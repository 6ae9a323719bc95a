"""The interpreter computes as a PLC does, and refuses what a strict compiler would refuse."""

from __future__ import annotations

import pytest

from tests.plc.plant import TEXT
from tests.plc.st.compiler import load
from tests.plc.st.lexer import StError

FRAME = """
VAR_GLOBAL CONSTANT limit : DINT := 5; END_VAR
VAR_GLOBAL
    a : INT; u : UDINT; d : DINT; w : WORD; l : DWORD; r : LREAL; b : BOOL;
    list : ARRAY[0..3] OF INT;
END_VAR
FUNCTION_BLOCK FB_Count
VAR_INPUT by : INT; END_VAR
VAR_OUTPUT sum : INT; END_VAR
    sum := sum + by;
END_FUNCTION_BLOCK
PROGRAM main
VAR counter : FB_Count; END_VAR
{body}
END_PROGRAM
"""


@pytest.mark.parametrize(
    ("body", "name", "value"),
    [
        ("a := 32767; a := a + 1;", "a", -32768),
        ("u := u - 1;", "u", 2**32 - 1),
        ("d := (-7) / 2;", "d", -3),
        ("d := (-7) MOD 2;", "d", -1),
        ("d := 16#7FFF_FFFF; d := d * 2;", "d", -2),
        ("a := LREAL_TO_INT(2.5);", "a", 2),
        ("a := LREAL_TO_INT(3.5);", "a", 4),
        ("d := DWORD_TO_DINT(16#FFFF_FFFE);", "d", -2),
        ("l := SHL(DWORD#1, 31) OR DWORD#15;", "l", 0x8000_000F),
        ("w := SHL(WORD#3, 15);", "w", 0x8000),
        ("b := 1 + 2 * 3 = 7 AND NOT FALSE;", "b", True),
        ("b := TRUE OR FALSE AND FALSE;", "b", True),
        ("r := SQRT(9.0) + MIN(1.0, 2.0) - MAX(1.0, 2.0);", "r", 2.0),
        ("IF a > 0 THEN a := 1; ELSIF a = 0 THEN a := 2; ELSE a := 3; END_IF;", "a", 2),
        ("counter(by := 2); counter(by := 3); a := counter.sum;", "a", 5),
        ("list[2] := 4; a := list[2] + list[3];", "a", 4),
        ("a := 1; RETURN; a := 2;", "a", 1),
        ("(* not a := 9; *) a := 3;", "a", 3),
        ("d := limit;", "d", 5),
    ],
)  # fmt: skip
def test_it_computes_as_a_plc(body: str, name: str, value: object) -> None:
    program = load(FRAME.format(body=body))
    program.cycle()
    assert getattr(program.io, name) == value


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("a := d;", "int expected, not dint"),
        ("d := u + d;", "udint beside dint"),
        ("b := a;", "bool expected"),
        ("IF a THEN b := TRUE; END_IF;", "bool expected"),
        ("r := 1;", "lreal expected"),
        ("w := w + 1;", "of word"),
        ("a := a AND a;", "of int"),
        ("limit := 6;", "cannot be assigned to"),
        ("nothing := 1;", "unknown name"),
        ("a := counter.by;", "has no output"),
        ("counter();", "wants"),
        ("a := list;", "wrong index"),
        ("a := Missing(1);", "no function"),
        ("a := 1", "expected"),
        ("a = 1;", "expected"),
        ("a := 'text';", "cannot read"),
    ],
)
def test_it_refuses_what_a_compiler_would(body: str, words: str) -> None:
    with pytest.raises(StError, match=words):
        load(FRAME.format(body=body))


def test_a_missing_slot_is_no_silent_write() -> None:
    program = load(FRAME.format(body="list[4] := 1;"))
    with pytest.raises(IndexError):
        program.cycle()


def test_every_output_is_safe_at_power_up() -> None:
    io = load(TEXT).io
    for name in ("drive_run", "camera_pulse", "ejector", "ready_for_parts", "feed_permitted"):
        assert getattr(io, name) is False
    assert io.drive_speed == 0
