"""Writing thresholds into a recipe file: only the numbers change, comments and order stay."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from cell.products.loading import RecipeError, parse_recipe
from cell.products.recipe import Recipe
from models.ground.writing import write_whole
from models.ground.written import WrittenError, read_written


@dataclass(frozen=True)
class Edit:
    """Replace text[start:end]."""

    start: int
    end: int
    new: str


def apply_thresholds(file: Path, thresholds: Mapping[str, float]) -> Recipe:
    """Set the classes' thresholds in a recipe file and count its version up; gives the recipe.

    Review thresholds give way as in `with_chosen`. Raises RecipeError (the file is then unchanged).
    """
    new = with_thresholds_set(read_recipe(file), thresholds, str(file))
    recipe = parse_recipe(new, str(file))
    write_whole(file, new)
    return recipe


def read_recipe(file: Path) -> str:
    """The text of a recipe file. Raises RecipeError."""
    try:
        return read_written(file)
    except OSError as error:
        raise RecipeError(f"{file}: cannot be read ({error.strerror}): check the path") from error
    except WrittenError as error:
        raise RecipeError(f"{file}: {error}") from None


def with_chosen(recipe: Recipe, thresholds: Mapping[str, float]) -> Recipe:
    """The recipe with these thresholds of classes that it has.

    A review threshold that would lie above one of them gives way to it: the class's own, or else
    the one that the class shares with the others.
    """
    classes, shared = dict(recipe.classes), [recipe.review_threshold]
    for name, threshold in thresholds.items():
        rule = classes[name]
        change = {"threshold": round(threshold, 6)}
        if rule.review_threshold is None:
            shared.append(change["threshold"])
        else:
            change["review_threshold"] = min(rule.review_threshold, change["threshold"])
        classes[name] = rule.model_copy(update=change)
    return recipe.model_copy(update={"classes": classes, "review_threshold": min(shared)})


def with_thresholds_set(text: str, thresholds: Mapping[str, float], source: str) -> str:
    """The recipe's text with these thresholds. Raises RecipeError where it cannot be edited."""
    before = parse_recipe(text, source)
    if thresholds.keys() - before.classes.keys():
        raise _by_hand(source)
    version = next_version(before.version)
    wanted = with_chosen(before, thresholds).model_copy(update={"version": version})
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode)  # parse_recipe has seen keys
    edits = [_scalar(root, "version", version)]
    classes = _value(root, "classes")
    if not isinstance(classes, yaml.MappingNode):
        raise _by_hand(source)
    for name in thresholds:
        rule, new = _value(classes, name), wanted.classes[name]
        if not isinstance(rule, yaml.MappingNode) or not rule.value:
            raise _by_hand(source)
        edits.append(_threshold(text, rule, wanted.threshold_of(name)))
        if new.review_threshold != before.classes[name].review_threshold:
            edits.append(_scalar(rule, "review_threshold", f"{new.review_threshold:g}"))
    if wanted.review_threshold != before.review_threshold:
        edits.append(_scalar(root, "review_threshold", f"{wanted.review_threshold:g}"))
    for edit in sorted(edits, key=lambda one: -one.start):
        text = text[: edit.start] + edit.new + text[edit.end :]
    if parse_recipe(text, source) != wanted:
        raise _by_hand(source)  # such as an alias that two classes share
    return text


def next_version(version: str) -> str:
    """The version with its last number counted up: 1.0.9 becomes 1.0.10, 'a' becomes 'a.1'."""
    found = re.search(r"^(.*?)(\d+)(\D*)$", version)
    if found is None:
        return version + ".1"
    return f"{found[1]}{int(found[2]) + 1}{found[3]}"


def _threshold(text: str, rule: yaml.MappingNode, threshold: float) -> Edit:
    old = _value(rule, "threshold")
    if old is not None:
        return Edit(old.start_mark.index, old.end_mark.index, f"{threshold:g}")
    last = rule.value[-1][1]
    if rule.flow_style:
        return Edit(last.end_mark.index, last.end_mark.index, f", threshold: {threshold:g}")
    first = rule.value[0][0].start_mark
    column = first.column
    if isinstance(last, yaml.CollectionNode) and not last.flow_style:  # its end lies further down
        return Edit(first.index, first.index, f"threshold: {threshold:g}\n{' ' * column}")
    end = text.find("\n", last.end_mark.index)
    at = len(text) if end < 0 else end
    return Edit(at, at, f"\n{' ' * column}threshold: {threshold:g}")


def _scalar(holder: yaml.MappingNode, key: str, new: str) -> Edit:
    node = _value(holder, key)
    assert node is not None  # parse_recipe has seen it
    quote = '"' if key == "version" and re.fullmatch(r"[\d.]*", new) and new.count(".") < 2 else ""
    return Edit(node.start_mark.index, node.end_mark.index, f"{quote}{new}{quote}")


def _value(node: yaml.MappingNode, key: str) -> yaml.Node | None:
    return next((value for name, value in node.value if name.value == key), None)


def _by_hand(source: str) -> RecipeError:
    return RecipeError(
        f"{source}: its classes are written in a way that cannot be edited safely: write each as "
        "'name: {bin: ..., threshold: ...}', or set the thresholds by hand"
    )
