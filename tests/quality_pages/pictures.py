"""Pictures beside records that were made: of the newest parts, where their evidence says."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import cv2
import numpy as np

from cell.records.reading import Archive

GOLDEN = "cell/products/data/pcb/goldens/44000062.webp"
SIDE = 640


def draw(data: Path, count: int) -> list[str]:
    """The parts that have a picture now."""
    golden = cv2.resize(cv2.imread(GOLDEN, cv2.IMREAD_GRAYSCALE), (SIDE, SIDE))
    drawn = []
    with closing(Archive(data)) as archive:
        for line in archive.found(limit=count).rows:
            whole = archive.part(line.part)
            assert whole is not None
            for kept in whole.evidence:
                picture = golden.copy()
                for defect in (d for seen in whole.inspections for d in seen.defects):
                    box = np.array([defect.x_min, defect.y_min, defect.x_max, defect.y_max], int)
                    cv2.rectangle(picture, box[:2].tolist(), box[2:].tolist(), 255, -1)
                file = data / kept.path
                file.parent.mkdir(parents=True, exist_ok=True)
                cv2.imwrite(str(file), picture)
                drawn.append(line.part)
    return drawn
