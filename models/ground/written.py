"""Text files that people and other tools write: decoded and parsed by one rule, and refused where
two programs would read them differently.

YAML is read by the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/, 10.3): `yes`, `no`, `on`
and `off` are words, `010` is no octal number, a date is text. What the older rules would have read
as something else is refused rather than guessed, and so is a key that stands twice.
"""

from __future__ import annotations

import codecs
import json
import math
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

MOST_BYTES = 64 << 20
MOST_VALUES = 1_000_000
"""Values that a YAML text may hold once its aliases are written out."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NULL = re.compile(r"^(?:~|null|Null|NULL|)$")
_BOOL = re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$")
_INT = re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$")
_FLOAT = re.compile(
    r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
)
_TWO_WAYS = re.compile(
    r"^(?:y|Y|n|N|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF"
    r"|[-+]?0[0-9_]+|[-+]?0[box][0-9a-fA-F_]+|[-+]?[1-9][0-9]*(?:_[0-9]+)+"
    r"|[-+]?[0-9]+(?::[0-5]?[0-9])+(?:\.[0-9]*)?)$"
)


Model = TypeVar("Model", bound=BaseModel)


class WrittenError(ValueError):
    """A text cannot be read, or could be read in two ways; the message says where and what."""


def read_written(path: Path, most: int = MOST_BYTES) -> str:
    """A text file in UTF-8 or, with its mark, UTF-16. Raises WrittenError, OSError.

    most: size [B] above which it is refused.
    """
    with path.open("rb") as file:
        raw = file.read(most + 1)
    if len(raw) > most:
        raise WrittenError(f"is larger than {most >> 20} MiB: this is no text to be read")
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return _decode(raw[len(mark) :], encoding)
    return _decode(raw, "utf-8")


def parse_yaml(text: str) -> Any:
    """The value of a YAML text. Raises WrittenError with the line."""
    return _load(text, _Core)


def parse_yaml_as_written(text: str) -> Any:
    """The value of a YAML text with every plain scalar as the text that stands there.

    For names that people chose: `no`, `010` and `null` are what they say. Raises WrittenError.
    """
    return _load(text, _Plain)


def parse_json(text: str) -> Any:
    """The value of a JSON text; a key that stands twice is refused.

    NaN and Infinity, which are no JSON but are written as such, are for `fit` to refuse with their
    place. Raises WrittenError with the line.
    """
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise WrittenError(
            f"line {error.lineno}: is not valid JSON ({error.msg}): correct the syntax"
        ) from None
    except RecursionError:
        raise WrittenError("is nested too deeply: this was not written by a person") from None
    except WrittenError:
        raise
    except ValueError as error:  # such as a number of thousands of digits
        raise WrittenError(f"holds what is no value: {str(error)[:80]}") from None


def fit(model: type[Model], written: Any) -> Model:
    """What was written as a `model`, by one rule for all of its fields: a number is a number, not
    text and not true or false; a number is finite; true and false are no words or numbers.

    Raises WrittenError for what no model holds, such as keys that are no text; ValidationError.
    """
    try:
        _require_plain(written, "")
        # As JSON, lists may become tuples and texts paths, which pydantic's strict rules for Python
        # objects forbid.
        text = json.dumps(written)
    except RecursionError:
        raise WrittenError("is nested too deeply: this was not written by a person") from None
    return model.model_validate_json(text, strict=True)


def write_yaml(value: Any) -> str:
    """A YAML text that every program reads alike: what could be taken for something else is
    quoted.
    """
    return yaml.dump(value, Dumper=_Quoting, sort_keys=False, allow_unicode=True)


def clean_name(name: str) -> str:
    """A name that people chose, in one spelling (Unicode NFC), so that equal names are equal.

    Raises ValueError for a name that is empty, has blanks at its ends or signs that nobody sees.
    """
    if not name or name != name.strip():
        raise ValueError(f"the name {name!r} is empty or has blanks at its ends")
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") for sign in name):
        raise ValueError(f"the name {name!r} has signs that cannot be seen")
    return unicodedata.normalize("NFC", name)


def one_line(error: ValidationError) -> str:
    """The mistakes of a validation in one line: key, what is wrong, what was found."""
    return "; ".join(_mistakes(error))


def _mistakes(error: ValidationError) -> Iterable[str]:
    for item in error.errors(include_url=False):
        key = ".".join(_printable(str(step)) for step in item["loc"])
        what = item["msg"].removeprefix("Value error, ").replace("\n", " ")
        if item["type"] == "extra_forbidden":
            what = "is not a key that is known here: remove it or correct its spelling"
        elif item["type"] == "missing":
            what = "is missing: add it"
        elif item["type"] == "value_error" and isinstance(item["input"], dict | list | tuple):
            pass  # what was found is all of it, and the check says which of it and what to do
        else:
            what = f"{what} (found {item['input']!r:.60}): correct the value"
        yield f"{key}: {what}" if key else what


def _printable(key: str) -> str:
    """A key as it can stand in a line, whatever somebody has written there."""
    shown = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in key)
    return shown if len(shown) <= 60 else shown[:59] + "…"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise WrittenError(f"{twice!r} stands twice in one place: remove one")
    return found


def _require_plain(value: Any, place: str) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            name = key if isinstance(key, str) and key.isprintable() else repr(key)
            where = f"{place}.{name}" if place else name
            if not isinstance(key, str):
                raise WrittenError(f"{where}: the key {key!r} is no text: write it in quotes")
            _require_plain(item, where)
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            _require_plain(item, f"{place}.{number}" if place else str(number))
    elif isinstance(value, float) and not math.isfinite(value):
        raise WrittenError(f"{place}: must be a finite number (found {value}): correct the value")
    elif not isinstance(value, str | int | float | None):
        raise WrittenError(f"{place}: {type(value).__name__} cannot be written in a file")


def _decode(raw: bytes, encoding: str) -> str:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise WrittenError(
            f"line {line}: is not {encoding.upper()} text (byte {raw[error.start]:#04x}; Windows "
            "programs may have written it in their own code page, such as CP949): save it as UTF-8"
        ) from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise WrittenError(
            f"line {line}: holds a zero character: this is no text, or UTF-16 without its mark; "
            "save it as UTF-8"
        )
    return text


class _Core(yaml.SafeLoader):
    """PyYAML's safe loader, keys unique, scalars by the core schema of YAML 1.2."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: dict[Any, int] = {}
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            line = key_node.start_mark.line + 1
            if isinstance(key, list | dict | set):
                raise WrittenError(f"line {line}: a key must be one word or number")
            if key in seen:
                raise WrittenError(
                    f"line {line}: {key!r} stands here for the second time (first in line "
                    f"{seen[key]}): remove one"
                )
            seen[key] = line
        return super().construct_mapping(node, deep)

    def construct_yaml_str(self, node: yaml.ScalarNode) -> str:
        """Text; refused where it stands without quotes and older programs read something else."""
        return self._clear(node)

    def construct_number(self, node: yaml.ScalarNode) -> float:
        """A float, as Python reads it but for YAML's words."""
        text = self._clear(node).lower()
        if text.endswith((".inf", ".nan")):
            return math.nan if text == ".nan" else -math.inf if text[0] == "-" else math.inf
        return float(text)

    def construct_whole(self, node: yaml.ScalarNode) -> int:
        """A whole number of a length that can be one."""
        text = str(self.construct_scalar(node))
        if len(text) > 40:
            raise WrittenError(f"line {node.start_mark.line + 1}: {text[:20]}… is no number")
        return int(text)

    def _clear(self, node: yaml.ScalarNode) -> str:
        text = str(self.construct_scalar(node))
        if node.style is None and _TWO_WAYS.match(text):
            raise WrittenError(
                f"line {node.start_mark.line + 1}: {text} is read differently by different "
                f"programs: write '{text}' in quotes for the text, true or false, or a plain number"
            )
        return text


class _Plain(_Core):
    """Every scalar is the text that is written."""

    def construct_yaml_str(self, node: yaml.ScalarNode) -> str:
        return str(self.construct_scalar(node))


for _loader in (_Core, _Plain):
    _loader.yaml_implicit_resolvers = {}


class _Quoting(yaml.SafeDumper):
    """PyYAML's safe dumper, texts that look like numbers or words of any YAML in quotes."""

    def write_text(self, text: str) -> yaml.Node:
        plain = any(p.match(text) for p in (_NULL, _BOOL, _INT, _FLOAT, _TWO_WAYS))
        return self.represent_scalar(_STR, text, style="'" if plain else None)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


_STR = "tag:yaml.org,2002:str"
for _tag, _pattern, _first in (
    ("null", _NULL, ["~", "n", "N", ""]),
    ("bool", _BOOL, list("tTfF")),
    ("int", _INT, list("-+0123456789")),
    ("float", _FLOAT, list("-+.0123456789")),
):
    _Core.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", _pattern, _first)
_Core.add_constructor("tag:yaml.org,2002:int", _Core.construct_whole)
_Core.add_constructor("tag:yaml.org,2002:float", _Core.construct_number)
_Core.add_constructor(_STR, _Core.construct_yaml_str)
_Plain.add_constructor(_STR, _Plain.construct_yaml_str)
_Quoting.add_representer(str, _Quoting.write_text)


def _load(text: str, loader: type[_Core]) -> Any:
    try:
        made = loader(text)
        try:
            value = made.get_single_data()
        finally:
            made.dispose()
        _require_bounded(value)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}: " if mark else ""
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise WrittenError(f"{place}is not valid YAML ({what}): correct the syntax") from None
    except RecursionError:
        raise WrittenError("is nested too deeply: this was not written by a person") from None
    return value


def _require_bounded(value: Any) -> None:
    """Aliases of aliases make a short text stand for billions of values, or for itself."""
    counted: dict[int, int] = {}

    def count(item: Any) -> int:
        if not isinstance(item, dict | list):
            return 1
        known = counted.get(id(item))
        if known is None:
            counted[id(item)] = MOST_VALUES + 1  # whoever holds itself has no end
            inside = item.values() if isinstance(item, dict) else item
            known = counted[id(item)] = 1 + sum(map(count, inside))
        return known

    if count(value) > MOST_VALUES:
        raise WrittenError(
            f"stands for more than {MOST_VALUES} values: write it without aliases (& and *)"
        )
