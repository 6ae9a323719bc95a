"""A document as PDF/A-2b, the same bytes from the same data."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from unicodedata import category

HERE: Final = Path(__file__).parent
_UNDRAWN: Final = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
"""How the setter names what no font of ours has."""
_CLINGING: Final = ("Cf", "Mn", "Me", "Co", "Cn")
"""Unicode's categories of signs without a shape of their own."""


def pdf(template: str, data: Mapping[str, Any], made: datetime, *, folder: Path = HERE) -> bytes:
    """Set a template of a folder with its data. made: goes into the file's properties; the clock
    is not asked. A sign that no font has (an emoji in a name) is told by its number, `[U+1F600]`:
    a name that was kept for ever may not cost its report.
    """
    import typst  # 80 MiB that only a report needs

    told = json.dumps(data, ensure_ascii=False)
    while True:
        try:
            content: bytes = typst.compile(
                folder / template,
                root=folder,
                font_paths=[HERE / "fonts"],
                ignore_system_fonts=True,
                sys_inputs={"data": told},
                pdf_standards="a-2b",
                timestamp=int(made.timestamp()),
            )
        except typst.TypstError as error:
            told, before = _numbered(told, str(error)), told
            if told == before:
                raise
        else:
            return content


def _numbered(told: str, error: str) -> str:
    """The data with the signs that the error names by their numbers. Each turn takes one at least
    away, so that turns end.
    """
    found = _UNDRAWN.search(error)
    if found is None:
        return told
    odd = sorted({sign for sign in found[1] if not sign.isascii()} & {*told})
    odd += [chr(int(one, 16)) for one in re.findall(r"\\u\{([0-9a-f]+)\}", found[1])]
    if not odd:  # a sign that has no shape of its own clings to one that has
        odd = sorted({sign for sign in told if category(sign) in _CLINGING})
    return told.translate({ord(sign): f"[U+{ord(sign):04X}]" for sign in odd})
