"""Files as the person knows them who has sent them, and not as the server keeps them meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from cell.labels.exchange.errors import ExchangeError
from cell.texts import read, say
from models.ground.errors import UserError
from vision.lab.data.findings import Finding
from vision.lab.data.saying import changed

UPLOAD = say("exchange.upload")
"""What has been sent, as a whole."""


def without(words: str, folder: Path) -> str:
    """Words in which no path leads into the folder, and it has a name of its own."""
    path, name = str(folder), UPLOAD
    if read(words) is not None:  # a text travels as JSON
        path, name = _inside(path), _inside(name)
    return words.replace(f"{path}/", "").replace(path, name)


def hidden(error: UserError, folder: Path) -> UserError:
    """The same error in such words; itself where they are so already."""
    words = without(str(error), folder)
    if words == str(error):
        return error
    return ExchangeError(words)


def hidden_in(findings: Iterable[Finding], folder: Path) -> list[Finding]:
    """The same findings in such words."""

    def shown(words: str) -> str:
        return words.replace(f"{folder}/", "").replace(str(folder), UPLOAD)

    return [
        replace(one, file=Path(shown(str(one.file))), what=changed(one.what, shown))
        for one in findings
    ]


def _inside(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)[1:-1]
