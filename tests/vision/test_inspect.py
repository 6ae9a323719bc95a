"""Inspection of rendered camera pictures: pose, golden sample, alignment, defects, refusals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import bench
import cv2
import numpy as np
import pytest

from calibration.geometry import wrap_angle
from models.package import ModelPackage
from twin.product import PCB, Variant
from vision.engines.onnx import OnnxConfig, OnnxEngine
from vision.errors import EngineError, InspectionError
from vision.inspect.align import align
from vision.inspect.golden import Golden, GoldenLibrary, confirm
from vision.inspect.inspector import Inspector
from vision.inspect.locate import PartLocator
from vision.inspect.numbers import halve
from vision.inspect.part import PartGeometry
from vision.inspect.photometry import fit_light, shrink
from vision.inspect.rectify import Rectifier
from vision.types import Image

PART = PartGeometry()


def make(package_folder: Path, goldens: GoldenLibrary | None, canonical: int = 640) -> Inspector:
    package = ModelPackage.load(package_folder)
    engine = OnnxEngine(OnnxConfig(), package.onnx)
    return Inspector(package, engine, goldens, bench.camera(), PART, (canonical, canonical))


@pytest.fixture(scope="module")
def inspector(package_folder: Path) -> Inspector:
    return make(package_folder, bench.goldens())


def test_thirty_parts_are_placed_named_and_normalised(inspector: Inspector) -> None:
    errors, named, grey = [], 0, []
    for board, pose, image in bench.parts(30, seed=11):
        inspection, view = inspector.inspect_frame(image)
        found = inspection.pose
        assert found is not None
        turn = np.degrees(wrap_angle(found.yaw - pose.yaw))
        errors.append(((found.x - pose.x) * 1e3, (found.y - pose.y) * 1e3, turn))
        named += inspection.golden == board.picture
        golden = bench.goldens().get(board.picture).image / 255.0
        grey.append(np.abs(inspector._batch[0, 0] - golden).mean())
        assert view.shape == (640, 640)
        assert inspection.model.startswith("tiny@1#")
        assert inspection.timings.total_ms > inspection.timings.inference_ms > 0.0
    x_mm, y_mm, yaw_deg = np.sqrt(np.mean(np.square(errors), axis=0))
    assert np.hypot(x_mm, y_mm) < 0.1  # the true camera stands half a pixel off, on purpose
    assert yaw_deg < 0.02
    assert named == 30
    assert max(grey) < 0.08  # blurred edges included


def test_views_are_aligned_with_their_golden_samples_to_a_tenth_of_a_pixel() -> None:
    locator = PartLocator(bench.camera(), PART)
    rectifier = Rectifier(bench.camera(), PART, (640, 640))
    to_part = PART.view_to_part((640, 640))
    grid = np.stack(np.meshgrid([5, 160, 320, 480, 635], [5, 160, 320, 480, 635], [1]), -1)
    pixels = grid.reshape(-1, 3).T.astype(float)
    worst = []
    for board, pose, image in bench.parts(10, seed=12):
        golden = bench.goldens().get(board.picture)
        located = locator.locate(image)
        view = rectifier.rectify(image, located)
        moved = align(view, fit_light(shrink(view), golden.bright_share), golden.target)
        # Where the aligned view's pixels were taken from, and what lies there in truth.
        belt = located.part_to_belt @ to_part @ moved @ pixels
        seen = bench.camera().belt_to_image((belt[:2] / belt[2]).T, PART.thickness_m)
        there = bench.scene().camera.image_to_belt(seen, PART.thickness_m)
        on_part = np.linalg.inv(pose.matrix()) @ np.vstack([there.T, np.ones(len(there))])
        off = np.linalg.inv(to_part) @ on_part - pixels
        worst.append(np.hypot(*off[:2]).max())
    assert max(worst) < 0.25, worst
    assert np.median(worst) < 0.1, worst


@pytest.mark.parametrize(
    ("dx", "dy", "turn", "stretch"), [(4.0, -3.0, 0.2, 1.0), (-2, 2, -0.3, 1.004)]
)
def test_alignment_undoes_a_misprint_and_ignores_defects(
    dx: float, dy: float, turn: float, stretch: float
) -> None:
    golden = bench.goldens().get("44000075")
    move = np.vstack([cv2.getRotationMatrix2D((320, 320), turn, stretch), [0, 0, 1]])
    move[:2, 2] += dx, dy
    view = cv2.warpAffine(golden.image, move[:2], (640, 640), borderMode=cv2.BORDER_REPLICATE)
    view = cv2.GaussianBlur((view * 0.4 + 60).astype(np.uint8), (0, 0), 1.0)
    view[200:260, 100:180] = 160  # a defect
    found = align(view, fit_light(shrink(view), golden.bright_share), golden.target)
    corners = np.array([[0, 639, 639, 0], [0, 0, 639, 639], [1, 1, 1, 1]], float)
    assert np.abs(((found - move) @ corners)[:2]).max() < 0.15


def test_a_defect_is_found_where_it_is(inspector: Inspector) -> None:
    golden = bench.boards().golden("44000075")
    marked = golden.copy()
    marked[320:352, 448:480] = 255 - marked[320:352, 448:480]
    image = bench.shoot((Variant(PCB, "44000075", marked, ()), bench.place(yaw_deg=9)))
    inspection, _ = inspector.inspect_frame(image)
    assert [(d.class_name, d.box.x_min, d.box.y_min) for d in inspection.detections] == [
        ("copper", 448.0, 320.0)
    ]
    view_inspection, view = inspector.inspect_view(marked)
    assert [d.box for d in view_inspection.detections] == [d.box for d in inspection.detections]
    assert view_inspection.pose is None
    assert view is marked  # nothing to align, so nothing is interpolated


def test_a_foreign_board_has_no_golden_sample(package_folder: Path) -> None:
    without = [bench.goldens().get(n) for n in bench.goldens().names if n != "50600027"]
    inspector = make(package_folder, GoldenLibrary(without))  # 50600043, its lookalike, is there
    board = Variant(PCB, "50600027", bench.boards().golden("50600027"), ())
    with pytest.raises(InspectionError, match=r"vision\.unknown_board"):
        inspector.inspect_frame(bench.shoot((board, bench.place())))


def test_foreign_boards_are_refused_each_of_thirty(package_folder: Path) -> None:
    names = bench.goldens().names
    inspector = make(package_folder, GoldenLibrary([bench.goldens().get(n) for n in names[::2]]))
    for name in names[1::2]:
        with pytest.raises(InspectionError):
            inspector.inspect_view(bench.goldens().get(name).image)


def test_turned_boards_are_refused(inspector: Inspector) -> None:
    board = Variant(PCB, "44000075", bench.boards().golden("44000075"), ())
    for yaw_deg in (90, 180):
        image = bench.shoot((board, bench.place(yaw_deg=yaw_deg)))
        with pytest.raises(InspectionError, match=r"vision\.unknown_board"):
            inspector.inspect_frame(image)


def test_a_golden_sample_of_another_board_is_named_with_the_right_one(
    inspector: Inspector, package_folder: Path
) -> None:
    image = bench.shoot(
        (Variant(PCB, "44000075", bench.boards().golden("44000075"), ()), bench.place())
    )
    other = bench.goldens().get("44000098")
    with pytest.raises(InspectionError, match=r"vision\.other_board.*44000098.*44000075"):
        inspector.inspect_frame(image, other)
    alone = make(package_folder, None)
    with pytest.raises(InspectionError, match=r"vision\.unknown_board.*44000098"):
        alone.inspect_frame(image, other)
    assert alone.inspect_frame(image, bench.goldens().get("44000075"))[0].golden == "44000075"
    with pytest.raises(InspectionError, match=r"vision\.no_golden"):
        alone.inspect_frame(image)


def board() -> Variant:
    return Variant(PCB, "44000080", bench.boards().golden("44000080"), ())


def painted(spot: tuple[slice, slice], grey: int) -> Image:
    image = bench.shoot((board(), bench.place()))
    image[spot] = grey
    return image


REFUSED: dict[str, tuple[Callable[[], Image], str]] = {
    "empty belt": (lambda: bench.shoot(), "vision.no_part.dark"),
    "black": (lambda: np.zeros((1200, 1920), np.uint8), "vision.black"),
    "white": (lambda: np.full((1200, 1920), 255, np.uint8), "vision.overexposed"),
    "noise": (
        lambda: np.random.default_rng(1).integers(0, 255, (1200, 1920), np.uint8),
        "vision.(no_part|cut_off|touching|edge_unclear)",
    ),
    "two parts": (
        lambda: bench.shoot((board(), bench.place(-1.058)), (board(), bench.place(-0.942))),
        "vision.several.*2",
    ),
    "cut off": (lambda: bench.shoot((board(), bench.place(-1.09))), "vision.cut_off"),
    "only a strip": (
        lambda: bench.shoot((board(), bench.place(-1.17))),
        "vision.(cut_off|no_part)",
    ),
    "touching": (
        lambda: bench.shoot((board(), bench.place(-1.050)), (board(), bench.place(-0.945))),
        "vision.touching",
    ),
    "covered edge": (
        lambda: painted((slice(100, 650), slice(500, 700)), 30),
        "vision.(edge_unclear|touching)",
    ),
    "other size": (
        lambda: np.zeros((480, 640), np.uint8),
        "vision.camera_size.*640.*480.*1920.*1200",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_inspected_is_refused(inspector: Inspector, case: str) -> None:
    picture, words = REFUSED[case]
    with pytest.raises(InspectionError, match=words):
        inspector.inspect_frame(picture())


def test_a_neighbour_at_the_edge_does_no_harm(inspector: Inspector) -> None:
    neighbour = bench.boards().golden("44000075"), bench.place(-1.16)
    image = bench.shoot(
        (board(), bench.place(-0.995)), (Variant(PCB, "44000075", neighbour[0], ()), neighbour[1])
    )
    inspection, _ = inspector.inspect_frame(image)
    assert inspection.golden == "44000080"
    assert inspection.pose is not None
    assert abs(inspection.pose.x + 0.995) < 2e-4


@pytest.mark.parametrize("size", [(0.104, 0.108), (0.108, 0.106), (0.112, 0.108)])
def test_another_product_is_told_by_its_size(
    package_folder: Path, size: tuple[float, float]
) -> None:
    package = ModelPackage.load(package_folder)
    engine = OnnxEngine(OnnxConfig(), package.onnx)
    part = PartGeometry(size_m=size)
    inspector = Inspector(package, engine, bench.goldens(), bench.camera(), part)
    image = bench.shoot((board(), bench.place()))
    with pytest.raises(
        InspectionError, match=r'vision\.wrong_size.*"x": 10[78]\.\d+, "y": 10[78]\.\d'
    ):
        inspector.inspect_frame(image)


def test_model_and_canonical_size_must_belong_together(package_folder: Path) -> None:
    with pytest.raises(
        EngineError, match=r"\(1, 2, 640, 640\), this recipe gives \(1, 2, 320, 320\)"
    ):
        make(package_folder, bench.goldens(), canonical=320)


class Broken:
    """An engine whose arithmetic went wrong."""

    name = "broken"
    input_shape = (1, 2, 640, 640)

    def run(self, batch: np.ndarray, changed: int | None = None) -> np.ndarray:  # noqa: ARG002
        return np.full((1, 10, 400), np.nan, np.float32) * batch.shape[0]

    def close(self) -> None:
        pass


def test_an_engine_that_gives_no_numbers_passes_nothing(package_folder: Path) -> None:
    package = ModelPackage.load(package_folder)
    inspector = Inspector(package, Broken(), bench.goldens(), None, PART)
    with pytest.raises(EngineError, match="not finite"):
        inspector.inspect_view(bench.goldens().get("44000075").image)
    with pytest.raises(InspectionError, match=r"vision\.no_calibration"):
        inspector.inspect_frame(np.zeros((1200, 1920), np.uint8))


def test_the_floor_decides_what_is_reported(package_folder: Path) -> None:
    package = ModelPackage.load(package_folder)
    marked = bench.boards().golden("44000075")
    marked[320:352, 448:480] = 255 - marked[320:352, 448:480] // 2
    counts = []
    for floor in (0.99, None, 0.001):
        engine = OnnxEngine(OnnxConfig(), package.onnx)
        inspector = Inspector(package, engine, bench.goldens(), None, PART, floor=floor)
        counts.append(len(inspector.inspect_view(marked)[0].detections))
    assert counts[0] == 0
    assert counts[1] == 1
    assert counts[2] >= 1


def test_golden_libraries_name_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(InspectionError, match="No golden samples in"):
        GoldenLibrary.load(tmp_path)
    cv2.imwrite(str(tmp_path / "small.png"), np.zeros((320, 320), np.uint8))
    with pytest.raises(InspectionError, match=r"small\.png is 320 x 320 px.*640 x 640"):
        GoldenLibrary.load(tmp_path)
    (tmp_path / "small.png").write_bytes(b"no picture")
    with pytest.raises(InspectionError, match=r"small\.png: cannot be read"):
        GoldenLibrary.load(tmp_path)
    with pytest.raises(InspectionError, match="No golden sample 'x'; there are: 44000062"):
        bench.goldens().get("x")
    blank = Golden("blank", np.zeros((640, 640), np.uint8))
    view = bench.goldens().get("44000075").image
    with pytest.raises(InspectionError, match=r"vision\.few_edges"):
        align(view, fit_light(shrink(view), None), blank.target)


def test_an_almost_empty_board_is_known_by_its_golden_sample_and_no_other() -> None:
    golden = np.full((640, 640), 255, np.uint8)
    golden[300:304, 500:560] = 0
    board = golden.copy()
    board[100:112, 80:120] = 0  # a defect as large as the artwork
    full = np.full((640, 640), 255, np.uint8)
    full[:, 320:] = 0
    library = GoldenLibrary([Golden("sparse", golden), Golden("full", full)])
    match = library.match(halve(board), library.get("sparse"))
    confirm(match, "sparse", aligned=True)
    with pytest.raises(InspectionError, match=r"vision\.other_board"):
        confirm(library.match(halve(board), library.get("full")), "full", aligned=True)
