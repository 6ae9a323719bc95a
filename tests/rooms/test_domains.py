"""Test files run beside each other: each whose nodes speak has a ROS domain of its own."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).parents[1]
DOMAIN = re.compile(r"^(?:\w+, )*DOMAIN(?:, \w+)* = (.+)$", re.MULTILINE)


def test_no_two_files_share_a_domain() -> None:
    files = defaultdict(list)
    for file in sorted(TESTS.rglob("test_*.py")):
        for given in DOMAIN.findall(file.read_text(encoding="utf-8")):
            names = [n for n in re.split(r", ", given) if n.isdigit() and int(n) <= 101]
            files[names[0] if names else given].append(file.relative_to(TESTS).as_posix())
    assert len(files) > 10
    assert {domain: of for domain, of in files.items() if len(of) > 1} == {}
