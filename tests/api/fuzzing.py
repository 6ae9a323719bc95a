"""The whole interface against its own description, with odd and wrong requests by Schemathesis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from cell.labels.label import Judgement
from cell.labels.reasons import Why
from cell.labels.values import NewPicture, Purpose, Reason, Said
from cell.people.roles import Role
from tests.api.world import World

LEFT_OUT = {"stream", "verify_audit"}
"""The first does not end by itself, the second takes its time; both have tests of their own."""
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
KNOWN = {"part": "s1-00001", "item": 1, "kind": "view"}
"""What is there, by the name of the place in a path."""
NAMES = {"people": "quality_person", "recipes": "pcb", "sets": "set-1"}
"""The same for `{name}`, by what stands before it."""


def filled(world: World, pictures: int = 3) -> World:
    """With something to be found in every place."""
    for number in range(pictures):
        file = world.folder / f"part{number}.png"
        pixels = np.random.default_rng(number).integers(0, 255, (48, 64), np.uint8)
        cv2.imwrite(str(file), pixels)
        picture = NewPicture(file, file.name, f"p{number}")
        world.labels.add(picture, Reason(Why.OVERRIDE), world.now_ns)
    said = Said(Judgement.GOOD)
    world.labels.save(
        2, "kim", said, base=0, purpose=Purpose.LABEL, now_ns=world.now_ns, key="fuzz"
    )
    world.labels.freeze("set-1", "kim", world.now_ns, only_settled=False)
    return world


def operations(world: World) -> Iterator[Any]:
    """Every operation of the description."""
    headers = {"Authorization": f"Bearer {world.tokens[Role.ADMIN]}"}
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", world.app, headers=headers)
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.definition.raw["operationId"] not in LEFT_OUT:
            yield operation


def fuzz(world: World, operation: Any, cases: int, number: int) -> Counter[str]:
    """So many right and as many wrong requests to one route; how often which status was answered.
    Raises what a check finds.
    """
    answered: Counter[str] = Counter()
    for mode in MODES:
        _run(world, operation, mode, cases, number, answered)
    return answered


def found(path: str, given: dict[str, Any]) -> dict[str, Any]:
    """The places of a path with what is there."""
    before = path.strip("/").split("/{name}")[0].rpartition("/")[2]
    there = {**KNOWN, "name": NAMES.get(before, "none")}
    return {name: there.get(name, value) for name, value in given.items()}


def _run(
    world: World, operation: Any, mode: Any, cases: int, number: int, answered: Counter[str]
) -> None:
    headers = {"Authorization": f"Bearer {world.tokens[Role.ADMIN]}"}

    @seed(number)
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def try_it(case: Any) -> None:
        if mode is GenerationMode.POSITIVE and answered.total() % 2:
            case.path_parameters = found(case.path, case.path_parameters or {})
            if "format" in (case.query or {}):
                case.query["format"] = "coco"
        case.headers = {k: v for k, v in (case.headers or {}).items() if k != "Authorization"}
        response = case.call_and_validate(headers=headers, checks=CHECKS)
        answered[str(response.status_code)] += 1

    try_it()
