"""Text that others write, read as YAML 1.2 says (https://yaml.org/spec/1.2.2/) or refused."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from models.ground.written import (
    WrittenError,
    fit,
    one_line,
    parse_json,
    parse_yaml,
    parse_yaml_as_written,
    read_written,
    write_yaml,
)

BILLIONS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]\n" for a, b in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", {"a": 1}),
        ("a: 1e-1", {"a": 0.1}),  # PyYAML alone makes a text of it
        ("a: 2026-11-26", {"a": "2026-11-26"}),
        ("a: true", {"a": True}),
        ("a: ~", {"a": None}),
        ("a:", {"a": None}),
        ("a: 'no'", {"a": "no"}),
        ("a: 0", {"a": 0}),
        ("a: -.inf", {"a": -math.inf}),
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        ("", None),
    ],
)
def test_the_core_schema(text: str, value: object) -> None:
    assert parse_yaml(text) == value


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a: 1\nb: 2\na: 3", "line 3: 'a' stands here for the second time (first in line 1)"),
        ("a: no", "line 1: no is read differently"),
        ("- 010", "line 1: 010 is read differently"),
        ("a: 12:30", "read differently"),
        ("a: 1_000", "read differently"),
        ("a: [1", "line 1: is not valid YAML"),
        ("a: !!python/object:os.system {}", "is not valid YAML"),
        ("[a]: 1", "line 1: a key must be one word"),
        ("a: 1\n---\nb: 2", "is not valid YAML"),
        ("a: " + "9" * 5000, "is no number"),
        ("[" * 20000, "nested too deeply"),
        ("a: &a [*a]", "without aliases"),
        (BILLIONS, "without aliases"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(text: str, what: str) -> None:
    with pytest.raises(WrittenError) as error:
        parse_yaml(text)
    assert what in str(error.value)


def test_names_stay_as_they_are_written() -> None:
    assert parse_yaml_as_written("names: [no, 010, null, 1.0, on, '7']\nnc: 6") == {
        "names": ["no", "010", "null", "1.0", "on", "7"],
        "nc": "6",
    }
    with pytest.raises(WrittenError, match="second time"):
        parse_yaml_as_written("names: {0: a, 0: b}")


def test_encodings(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        file.write_text("긁힘", encoding=encoding)
        assert read_written(file) == "긁힘"
    file.write_text("ok\n긁힘", encoding="cp949")
    with pytest.raises(WrittenError, match="line 2: is not UTF-8"):
        read_written(file)
    file.write_bytes("ok".encode("utf-16-le"))
    with pytest.raises(WrittenError, match="zero character"):
        read_written(file)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "'c' stands twice"),
        ('{\n"a": }', "line 2: is not valid JSON"),
        ("[" * 200000, "nested too deeply"),
        ("[" + "9" * 5000 + "]", "holds what is no value"),
    ],
)
def test_json_that_two_programs_read_differently_is_refused(text: str, what: str) -> None:
    with pytest.raises(WrittenError) as error:
        parse_json(text)
    assert what in str(error.value)


class Written(BaseModel):
    share: float = 0.5
    count: int = 1
    on: bool = False
    name: str = ""
    file: Path = Path()
    size: tuple[float, float] = (1.0, 1.0)
    more: dict[str, Any] = {}


@pytest.mark.parametrize(
    "written",
    [
        {"share": True}, {"share": "0.5"}, {"share": math.inf}, {"share": math.nan},
        {"count": 1.0}, {"count": True}, {"count": "1"}, {"on": 1}, {"on": "yes"},
        {"name": 7}, {"name": None}, {"size": [1.0, True]}, {"size": [1.0, -math.inf]},
        {"more": {"deep": [math.nan]}}, {"more": {1: "a"}}, [],
    ],
)  # fmt: skip
def test_values_of_another_kind_are_refused(written: Any) -> None:
    with pytest.raises((ValidationError, WrittenError)) as error:
        fit(Written, written)
    caught = error.value
    line = one_line(caught) if isinstance(caught, ValidationError) else str(caught)
    assert "\n" not in line
    assert line


def test_values_of_their_own_kind_are_taken() -> None:
    taken = fit(Written, {"share": 1, "on": True, "file": "a/b", "size": [1, 2.5]})
    assert (taken.share, taken.on, taken.file, taken.size) == (1.0, True, Path("a/b"), (1.0, 2.5))


def test_written_texts_come_back_as_texts() -> None:
    odd = ["no", "010", "1e5", "0o17", "0x1F", "12:30", "null", "~", "", "1_000", "true", ".inf",
           "2026-11-26", "a: b", "# x", " blank ", "긁힘", "=", "<<"]  # fmt: skip
    value = {"list": odd, **{f"k{i}": text for i, text in enumerate(odd)}, "n": [1, 1.5e-7, True]}
    assert parse_yaml(write_yaml(value)) == value


def test_what_is_nested_too_deeply_is_refused() -> None:
    deep: Any = "end"
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(WrittenError, match="nested too deeply"):
        fit(Written, {"more": {"deep": deep}})
