"""The configuration tree: what is refused, and how it is said."""

from pathlib import Path

import pytest
import yaml

from cell.config import ConfigError, dump, load
from cell.config.load import DEMO


def changed(tmp_path: Path, **top: object) -> Path:
    data = yaml.safe_load(DEMO.read_text())
    data["calibration"] = str(DEMO.parent / data["calibration"])
    data.update(top)
    file = tmp_path / "cell.yaml"
    file.write_text(yaml.safe_dump(data))
    return file


def test_the_demo_cell_is_complete() -> None:
    config = load(None)
    assert config.calibration.is_file()
    assert config.belt.driver == "modbus"


@pytest.mark.parametrize(
    ("top", "words"),
    [
        ({"recipee": "pcb"}, ["recipee", "did you mean 'recipe'"]),
        ({"belt": {"driver": "modbus", "sped_m_s": 0.2}}, ["belt.sped_m_s", "speed_m_s"]),
        (
            {"belt": {"driver": "modbus", "speed_m_s": -1}},
            ["belt.speed_m_s", "greater than 0", "-1"],
        ),
        ({"calibration": None}, ["calibration"]),
        *(
            ({"belt": {"driver": "modbus", "options": {"port": port}}}, ["belt.options", str(port)])
            for port in (True, 0, 70000, 5020.5)
        ),
        (
            {"camera": {"driver": "basler", "options": {"lines": {"pulse_port": -1}}}},
            ["camera.options", "pulse_port is -1"],
        ),
    ],
)
def test_mistakes_are_said_in_one_line_with_place_and_remedy(
    tmp_path: Path, top: dict[str, object], words: list[str]
) -> None:
    file = changed(tmp_path, **top)
    with pytest.raises(ConfigError) as caught:
        load(file)
    message = str(caught.value)
    assert "\n" not in message
    for word in [str(file), *words]:
        assert word in message


def test_a_port_may_be_a_word_where_a_driver_wants_one(tmp_path: Path) -> None:
    belt = {"driver": "modbus", "options": {"port": "/dev/ttyUSB0"}}
    assert load(changed(tmp_path, belt=belt)).belt.options == belt["options"]


@pytest.mark.parametrize(
    ("text", "words"),
    [("a: [", ["line", "not valid YAML"]), ("- 1", ["mapping"]), ("name: x", ["data_dir"])],
)
def test_files_that_are_no_configuration(tmp_path: Path, text: str, words: list[str]) -> None:
    file = tmp_path / "cell.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(file)
    for word in words:
        assert word in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml: no such file"):
        load(tmp_path / "nowhere.yaml")


def test_what_is_dumped_is_read_back_the_same(tmp_path: Path) -> None:
    config = load(None, {"belt.speed_m_s": 0.3, "data_dir": str(tmp_path)})
    dump(config, tmp_path / "resolved.yaml")
    assert load(tmp_path / "resolved.yaml") == config
