"""What the documentation tells people to type and to open is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer

from cell.faces.cli.app import app

ROOT = Path(__file__).parents[2]
PLACES = {"N": "1"}
"""What stands for a number."""
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    linked = re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert not [link for link in linked if not (page.parent / link).exists()]


def typed(page: Path) -> list[list[str]]:
    """The words after `cell` of each command line that a page shows."""
    text = re.sub(r"\\\n\s*", " ", page.read_text(encoding="utf-8"))
    lines = re.findall(r"^ {4}(?:\.venv/bin/)?cell (.*)$", text, re.MULTILINE)
    words = [shlex.split(line, comments=True) for line in lines]
    return [[PLACES.get(word, word.strip("[]")) for word in line] for line in words]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_can_be_typed(page: Path) -> None:
    for words in typed(page):
        command = typer.main.get_command(app)
        rest = list(words)
        while hasattr(command, "commands"):
            assert rest, words
            assert rest[0] in command.commands, words
            command = command.commands[rest.pop(0)]
        command.make_context("cell", rest)


def test_the_readme_shows_commands() -> None:
    assert len(typed(PAGES[0])) > 10
