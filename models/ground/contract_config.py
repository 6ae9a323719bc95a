"""The rules of a driver's configuration, which every kind of device has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from models.ground.contract import Contract, Found, require
from models.ground.written import WrittenError, fit


class ConfigRules(Contract):
    """Rules of a driver's `Config`, for every kind of device; the rig's `driver` is its class."""

    def test_config_is_a_model_of_the_driver(self, rig: Any) -> None:
        """The driver's class has its pydantic model as `Config`.

        Why: the cell reads `options` of cell.yaml into it, before the driver is made.
        Do: write `Config = MyConfig` into the driver's class.
        """
        config = getattr(rig.driver, "Config", None)
        require(
            isinstance(config, type) and issubclass(config, BaseModel),
            f"{rig.driver.__name__}.Config is {config!r}",
        )

    def test_config_refuses_unknown_keys(self, rig: Any) -> None:
        """A key that the driver does not know is refused.

        Why: a misspelt option would be passed over, and the device run with a default.
        Do: give the model `model_config = ConfigDict(extra="forbid", frozen=True)`.
        """
        for model in _models(rig.driver.Config):
            try:
                fit(model, {"no_such_option": 1})
            except ValidationError as error:
                kinds = {item["type"] for item in error.errors()}
                require(
                    "extra_forbidden" in kinds, f"{model.__name__} takes the key no_such_option"
                )
            else:
                raise Found(f"{model.__name__} takes the key no_such_option")

    def test_config_describes_every_field(self, rig: Any) -> None:
        """Every field has a title and a description, and a number its unit.

        Why: the node declares each option as a ROS parameter with these words, for whoever sets it.
        Do: `Field(..., title=, description=, json_schema_extra={"unit": "ms"})`; a plain number
        has the unit "1".
        """
        lacking = []
        for model in _models(rig.driver.Config):
            for name, info in model.model_fields.items():
                lacks = [word for word in ("title", "description") if not getattr(info, word)]
                if _is_number(info) and "unit" not in _extra(info):
                    lacks.append("unit")
                if lacks:
                    lacking.append(f"{model.__name__}.{name} lacks {', '.join(lacks)}")
        require(not lacking, "; ".join(lacking))

    def test_config_comes_out_of_a_file(self, rig: Any) -> None:
        """What the options say can be written into cell.yaml and read back.

        Why: options are read by strict types: a number is no text, a list becomes a tuple.
        Do: use str, int, float, bool, Path, Literal, tuples and models of these as fields.
        """
        config = rig.config()
        try:
            again = fit(rig.driver.Config, config.model_dump(mode="json"))
        except (ValidationError, WrittenError) as error:
            raise Found(f"read back: {' '.join(str(error).split())}") from error
        require(again == config, f"written {config!r}, read {again!r}")


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The model, and those inside it."""
    yield model
    for info in model.model_fields.values():
        for part in _parts(info.annotation):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from _models(part)


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _parts(part)


def _is_number(info: FieldInfo) -> bool:
    return any(part in (int, float) for part in _parts(info.annotation))


def _extra(info: FieldInfo) -> dict[str, Any]:
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
