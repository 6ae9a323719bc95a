"""The cell in 3D: arm, belt, parts and bins as the nodes report them; belt and arm in words."""

from __future__ import annotations

from typing import Final

from nicegui import ui

from calibration.cell import CellCalibration
from cell.hmi.components.arm_model import ArmModel
from cell.hmi.components.base import box, show, text
from cell.hmi.components.cell_model import BeltModel, BinModel, PartModel, PartSize
from cell.hmi.i18n import TEXTS, Lang, tr, tr_or
from cell.hmi.model import BeltStatus, CellView, Part, RobotStatus, Verdict
from cell.hmi.recipes import RecipeBook

HELD: Final = frozenset({"lift", "carry", "release"})
"""Phases in which the part is on the cup, not on the belt."""

FRAMES_PER_SECOND: Final = 8
"""The panel's own graphics work; positions come at the page's refresh rate anyway."""


UNKNOWN_SIZE: Final = PartSize(0.1, 0.1, 0.0)
"""Parts are drawn so while the recipe in use is not known here."""


class ScenePanel:
    """What is silent is not drawn: neither the arm nor moving stripes without fresh states."""

    def __init__(self, site: CellCalibration, recipes: RecipeBook) -> None:
        self._belt_ends = site.belt.x_start, site.belt.x_end
        self._recipes = recipes
        self._size = UNKNOWN_SIZE
        self._grip = (0.0, 0.0)
        self._parts: dict[str, PartModel] = {}
        self._spare: list[PartModel] = []
        with box("panel scene"):
            with box("scene-words"):
                self._belt_words = text("chip", test="belt-words")
                self._arm_words = text("chip", test="arm-words")
            self._scene = ui.scene(
                width=400,
                height=280,
                grid=False,
                background_color="#141a21",
                fps=FRAMES_PER_SECOND,
                camera=ui.scene.perspective_camera(fov=40),
                click_events=[],
            ).classes("scene-view")
            with self._scene as scene:
                self._belt = BeltModel(scene, site)
                self._bins = {name: BinModel(scene, place) for name, place in site.bins.items()}
                base = site.robot_base.pose()
                with (
                    scene.group().move(*base.translation.tolist()).rotate_R(base.rotation.tolist())
                ):
                    self._arm = ArmModel(scene, site.tool.length)
                    with self._arm.tool:
                        self._carried = PartModel(scene, self._size)
            self._scene.move_camera(-0.30, -1.92, 1.62, -0.36, -0.07, 0.13, duration=0)

    def update(self, view: CellView, lang: Lang) -> None:
        """Bring the scene up to date."""
        self._show_belt(view.belt, lang)
        self._show_arm(view.robot, lang)
        self._fit(view)
        self._show_parts(view)
        for name, model in self._bins.items():
            model.call(tr_or(f"bin.{name}", name, lang))

    def _show_belt(self, belt: BeltStatus | None, lang: Lang) -> None:
        kind, words = belt_words(belt, lang)
        self._belt_words.set_text(words)
        show(self._belt_words, f"chip chip-{kind}")
        if belt is not None and belt.connected:
            self._belt.carry(belt.encoder_m)

    def _show_arm(self, robot: RobotStatus | None, lang: Lang) -> None:
        kind, words = arm_words(robot, lang)
        self._arm_words.set_text(words)
        show(self._arm_words, f"chip chip-{kind}")
        known = robot is not None and robot.connected
        self._arm.root.visible(known)
        if robot is not None and known:
            self._arm.move(robot.joints)

    def _fit(self, view: CellView) -> None:
        """Draw parts as large as those of the recipe in use."""
        recipe = self._recipes.of(view.cell.recipe) if view.cell else None
        size = PartSize(*recipe.part.size_m, recipe.part.thickness_m) if recipe else UNKNOWN_SIZE
        self._grip = recipe.part.grip_m if recipe else (0.0, 0.0)
        if size == self._size:
            return
        self._size = size
        for part in (*self._parts.values(), *self._spare, self._carried):
            part.delete()
        self._parts, self._spare = {}, []
        with self._scene as scene, self._arm.tool:
            self._carried = PartModel(scene, size)

    def _show_parts(self, view: CellView) -> None:
        parts = view.parts
        held = held_part(view.robot)
        on_belt = {p.part: p for p in parts if p.part != held and self._in_sight(p)}
        for name in self._parts.keys() - on_belt.keys():
            gone = self._parts.pop(name)
            gone.hide()
            self._spare.append(gone)
        for name, part in on_belt.items():
            if name not in self._parts:
                self._parts[name] = self._drawn()
            self._parts[name].place(part.x, part.y, part.yaw, part.verdict)
        if held:
            verdicts = {p.part: p.verdict for p in parts}
            along, across = self._grip  # the tool's z points down: its y is the part's, turned over
            self._carried.place(-along, across, 0, verdicts.get(held, Verdict.NONE))
        else:
            self._carried.hide()

    def _drawn(self) -> PartModel:
        if self._spare:
            return self._spare.pop()
        with self._scene as scene:
            return PartModel(scene, self._size)

    def _in_sight(self, part: Part) -> bool:
        start, end = self._belt_ends
        return start - 0.1 <= part.x <= end + 0.1


def held_part(robot: RobotStatus | None) -> str:
    """The part on the cup, '' if none."""
    if robot is None or not robot.vacuum_ok or robot.phase not in HELD:
        return ""
    return robot.part


def belt_words(belt: BeltStatus | None, lang: Lang) -> tuple[str, str]:
    """How the belt is (good, warn, bad) and the words for it."""
    if belt is None:
        return "bad", tr("belt.silent", lang)
    if not belt.connected:
        return "bad", tr("belt.disconnected", lang)
    if belt.emergency_stop:
        return "bad", tr("belt.emergency_stop", lang)
    if belt.watchdog_tripped:
        return "bad", tr("belt.watchdog", lang)
    if belt.at_authority:
        return "warn", tr("belt.authority", lang)
    if belt.running:
        return "good", tr("belt.running", lang, speed=f"{belt.speed_m_s:.2f}")
    return "plain", tr("belt.standing", lang)


def arm_words(robot: RobotStatus | None, lang: Lang) -> tuple[str, str]:
    """How the arm is (good, warn, bad) and the words for it."""
    if robot is None:
        return "bad", tr("robot.silent", lang)
    if not robot.connected:
        return "bad", tr("robot.disconnected", lang)
    key = f"robot.{robot.mode}"
    if key not in TEXTS:
        return "bad", tr("robot.unknown", lang, mode=robot.mode)
    phase = tr_or(f"phase.{robot.phase}", robot.phase, lang)
    return "good" if robot.mode == "operational" else "bad", tr(key, lang, phase=phase)
