"""Odd texts: what people, other programs and other languages write where something else belongs."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import yaml
from hypothesis import strategies as st

from tests.fuzz.damage import damaged

WORDS = (
    "", " ", ".", "..", "/", "\\", "a/b", "..\\x.png", "C:\\x\\a.png", "/etc/passwd", "~", "no",
    "yes", "null", "NaN", "inf", "-1", "1.0", "1e3", "010", "0x10", "1_000", "12:30",
    "true", "[red]", "[/]",
    "부품", "부품", "\0", "\n", "\t", "\x1b[2J", "\ud800", "x" * 300, "a.PNG", "a.png/",
    "*", "?", "%s",
)  # fmt: skip
NUMBERS = (
    0, -0.0, -1, 1, 0.5, 2, 1e-300, 1e300, -1e300, float("nan"), float("inf"), float("-inf"),
    2**31, 2**63, -(2**63), 10**400, 1.0000001,
)  # fmt: skip

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(NUMBERS),
    st.integers(),
    st.floats(),
    st.sampled_from(WORDS),
    st.text(max_size=12),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(max_size=6), inner, max_size=4),
    ),
    max_leaves=8,
)
_LINES = (
    "a: &a [*a]", "<<: {x: 1}", "? [1]\n: 2", "x: !!python/object:os.system {}", "key: *nowhere",
    "\tkey: 1", "- 1", "---", "...", "%YAML 9.9", "'", '"', "{", "]", ":", "key: 1\nkey: 2", "#",
    "x: " + "[" * 2000, "x: " + "9" * 5000, "a: &a [1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a]",
    "0 0.5 0.5 0.2", "0 nan 0.5 0.2 0.2", "9 0.5 0.5 0.2 0.2", "0 0.5 0.5 -0.2 0.2", "0,0,0,0,1",
    "1.0 0.5 0.5 0.2 0.2 0.9", "x y z", ",,,", '"a', "file,group", "\0", "\x85", "\ufeff",
)  # fmt: skip
_ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp949", "latin-1", "utf-7")


@st.composite
def odd_text(draw: st.DrawFn, content: bytes, kind: str, seed: int) -> bytes:
    """The content of a text file of a kind (json, yaml, text) as somebody else would write it, or
    damaged as the seed has it.
    """
    ways = ["bytes", "lines", "lines", "encoding"] + ["structure"] * 4 * (kind != "text")
    way = draw(st.sampled_from(ways))
    if way == "bytes":
        return damaged(content, seed)
    if way == "structure":
        return draw(_structure(content, kind))
    text = content.decode("utf-8")
    if way == "encoding":
        text = text.replace("scratch", "긁힘").replace("part", "부품")
        return text.encode(draw(st.sampled_from(_ENCODINGS)), "replace")
    return draw(_lines(text)).encode("utf-8", "surrogatepass")


@st.composite
def _lines(draw: st.DrawFn, text: str) -> str:
    lines = text.split("\n")
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines)))
        fresh = draw(st.one_of(st.sampled_from(_LINES), st.text(max_size=20)))
        way = draw(st.sampled_from(("insert", "replace", "double", "word", "remove")))
        old = lines[at] if at < len(lines) else ""
        words = old.split(" ")
        i = draw(st.integers(0, len(words) - 1))
        word = [*words[:i], str(draw(scalars)), *words[i + 1 :]]
        new = {"insert": [fresh, old], "replace": [fresh], "double": [old, old], "remove": []}
        lines[at : at + 1] = new.get(way, [" ".join(word)])
    return draw(st.sampled_from(("\n", "\n", "\r\n", "\r"))).join(lines)


@st.composite
def _structure(draw: st.DrawFn, content: bytes, kind: str) -> bytes:
    """One or two values of a tree exchanged, doubled, renamed or taken away."""
    tree = json.loads(content) if kind == "json" else yaml.safe_load(content)
    tree = copy.deepcopy(tree)
    for _ in range(draw(st.integers(1, 2))):
        places = list(_places(tree))
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        way = draw(st.sampled_from(("value", "value", "value", "remove", "rename", "borrow")))
        if way == "value":
            holder[key] = draw(values)
        elif way == "borrow":
            other, place = draw(st.sampled_from(places))
            holder[key] = copy.deepcopy(other[place])
        elif way == "remove":
            del holder[key]
        elif isinstance(holder, dict):
            holder[draw(st.sampled_from((*WORDS, *map(str, holder))))] = holder.pop(key)
    text = json.dumps(tree) if kind == "json" else _yaml(tree)
    return text.encode("utf-8", "surrogatepass")


def _yaml(tree: Any) -> str:
    try:
        return str(yaml.safe_dump(tree, sort_keys=False, allow_unicode=True))
    except (yaml.YAMLError, ValueError):  # numbers of more digits than Python prints
        return str(tree)[:10_000]


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every value of the tree by what holds it: at most some hundred, spread."""
    stack, found = [tree], 0
    while stack and found < 400:
        holder = stack.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            found += 1
            yield holder, key
            if isinstance(holder[key], dict | list) and holder[key]:
                stack.append(holder[key])
