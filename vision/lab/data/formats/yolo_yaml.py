"""data.yaml of a YOLO data set: classes, folders and the shape of key points, as written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.ground.written import WrittenError, parse_yaml_as_written
from vision.lab.data.saying import fault, told
from vision.lab.data.texts import read_text

FILES = ("data.yaml", "data.yml", "dataset.yaml", "dataset.yml")
_LISTS = ("train", "val", "valid", "validation", "test")
_KNOWN = {
    *_LISTS, "path", "names", "nc", "kpt_shape",
    # What says nothing of pictures or labels, as Ultralytics and Roboflow write it.
    "author", "channels", "date", "description", "download", "flip_idx", "kpt_names", "license",
    "licence", "roboflow", "task", "version",
}  # fmt: skip
_NOTHING = ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True)
class Described:
    """What data.yaml says. named: key and path of the entries of train, val and test. base: `path`,
    where they are. key_points: how many, and values of each (2 or 3); None without. unread: the
    other keys, and what stands there where it is one text.
    """

    classes: tuple[str, ...]
    named: tuple[tuple[str, str], ...]
    base: str = ""
    key_points: tuple[int, int] | None = None
    unread: tuple[tuple[str, str], ...] = ()


def describe(file: Path) -> Described:
    """Read data.yaml. Raises DataError with the place."""
    try:
        content = parse_yaml_as_written(read_text(file))
    except WrittenError as error:
        raise fault(
            file, told("file.unreadable", "{why}", why=error), told("do.mend_file", "mend the file")
        ) from None
    if not isinstance(content, dict) or "names" not in content:
        raise fault(
            file,
            told("file.yaml_no_names", "no 'names'"),
            told("do.list_classes", "list the classes there, in the order of their ids"),
        )
    named = [(key, entry) for key in _LISTS for entry in _entries(file, key, content.get(key, ""))]
    base = _entries(file, "path", content.get("path", ""))
    unread = [
        (str(key), value if isinstance(value, str) and "\0" not in value else "")
        for key, value in content.items()
        if key not in _KNOWN
    ]
    return Described(
        _classes(file, content),
        tuple(named),
        "".join(base[:1]),
        _key_points(file, content),
        tuple(unread),
    )


def list_of_classes(file: Path) -> Described:
    """Read a classes.txt, as Label Studio and labelImg write it. Raises DataError."""
    names = tuple(line.strip() for line in read_text(file).splitlines() if line.strip())
    if not names:
        raise fault(
            file,
            told("file.no_classes", "names no class"),
            told("do.class_a_line", "write one a line, in the order of their ids"),
        )
    return Described(names, ())


def _entries(file: Path, key: str, value: Any) -> list[str]:
    """Paths of one key, as a list or a single one."""
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) and "\0" not in one for one in values):
        raise fault(
            file,
            told("file.yaml_no_path", "{key}: is no path or list of paths", key=key),
            told("do.write_so", "write it so"),
        )
    return [one.strip() for one in values if one.strip() not in _NOTHING]


def _classes(file: Path, content: dict[str, Any]) -> tuple[str, ...]:
    names = content["names"]
    if isinstance(names, dict):
        ids = {_whole(file, "names", key): name for key, name in names.items()}
        if sorted(ids) != list(range(len(names))):
            raise fault(
                file,
                told("file.yaml_ids", "names: ids are not 0..{count}", count=len(names) - 1),
                told("do.number_so", "number them so"),
            )
        names = [ids[i] for i in range(len(names))]
    if not isinstance(names, list) or not names:
        raise fault(
            file,
            told("file.yaml_no_list", "names: is no list of classes"),
            told("do.list_in_order", "list them in the order of ids"),
        )
    if not all(isinstance(name, str) and name.strip() for name in names):
        raise fault(
            file,
            told("file.yaml_class_empty", "names: a class is no text or empty"),
            told("do.class_one_word", "write each as one word"),
        )
    count = _whole(file, "nc", content.get("nc", str(len(names))))
    if count != len(names):
        raise fault(
            file,
            told(
                "file.yaml_nc",
                "nc is {count}, but names has {count_2}",
                count=count,
                count_2=len(names),
            ),
            told("do.make_agree", "make them agree"),
        )
    return tuple(names)


def _key_points(file: Path, content: dict[str, Any]) -> tuple[int, int] | None:
    shape = content.get("kpt_shape")
    if shape is None or shape in _NOTHING:
        return None
    numbers = [_whole(file, "kpt_shape", one) for one in shape] if isinstance(shape, list) else []
    if len(numbers) != 2 or numbers[0] < 1 or numbers[1] not in (2, 3):
        raise fault(
            file,
            told("file.yaml_kpt", "kpt_shape: is not [number, 2 or 3]"),
            told("do.write_so", "write it so"),
        )
    return numbers[0], numbers[1]


def _whole(file: Path, key: str, text: Any) -> int:
    digits = text.strip() if isinstance(text, str) else ""
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise fault(
            file,
            told("file.yaml_number", "{key}: {text} is no whole number", key=key, text=repr(text)),
            told("do.write_digits", "write it in digits"),
        )
    return int(digits)
