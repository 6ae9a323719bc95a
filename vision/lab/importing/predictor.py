"""ultralytics' `predict`, asked from outside: this text runs in the user's own environment.

Arguments: the network, least score, overlap. Input: the path of a picture a line. Output: a line of
JSON each, with the boxes x1, y1, x2, y2 [px], scores and classes, and the milliseconds of `predict`
alone; the picture is read before. One thread, as the cell's engine has it.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any


def main() -> None:
    """Answer until the input ends."""
    network, least, overlap = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    import cv2
    import onnxruntime
    import torch
    from ultralytics import YOLO, __version__

    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    plain = onnxruntime.InferenceSession

    def one_thread(path: Any, sess_options: Any = None, **more: Any) -> Any:
        options = sess_options or onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        return plain(path, options, **more)

    onnxruntime.InferenceSession = one_thread
    size = json.loads(sys.argv[4])
    model = YOLO(network, task=sys.argv[5])
    settings = {"imgsz": size, "conf": least, "iou": overlap, "verbose": False, "device": "cpu"}
    print(json.dumps({"version": __version__, "onnxruntime": onnxruntime.__version__}), flush=True)
    for line in sys.stdin:
        picture = cv2.imread(line.strip())
        began = time.perf_counter()
        result = model.predict(picture, **settings)[0]
        spent = (time.perf_counter() - began) * 1e3
        print(json.dumps({"ms": spent, **found(result, least)}), flush=True)


def found(result: Any, least: float) -> dict[str, Any]:
    """The detections of one result; a class of the whole picture is a box about it."""
    if result.probs is not None:
        scores = result.probs.data.tolist()
        classes = [index for index, score in enumerate(scores) if score >= least]
        height, width = result.orig_shape
        return {
            "boxes": [[0, 0, width, height]] * len(classes),
            "scores": [scores[index] for index in classes],
            "classes": classes,
        }
    own = result.obb if result.obb is not None else result.boxes
    return {
        "boxes": own.xyxy.tolist(),
        "scores": own.conf.tolist(),
        "classes": [int(number) for number in own.cls.tolist()],
    }


if __name__ == "__main__":
    main()
