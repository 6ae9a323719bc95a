"""A document as PDF/A-2b, the same bytes from the same data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent


def pdf(template: str, data: Mapping[str, Any], made: datetime, *, folder: Path = HERE) -> bytes:
    """Set a template of a folder with its data. made: goes into the file's properties; the clock
    is not asked.
    """
    import typst  # 80 MiB that only a report needs

    content: bytes = typst.compile(
        folder / template,
        root=folder,
        font_paths=[HERE / "fonts"],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards="a-2b",
        timestamp=int(made.timestamp()),
    )
    return content
