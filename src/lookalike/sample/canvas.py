"""The canvas: rasterises parts with smooth edges and owns the imaging library."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from lookalike.sample.colors import as_array, mix
from lookalike.sample.curves import Points
from lookalike.sample.light import lit
from lookalike.sample.materials import FINISHES
from lookalike.sample.noise import Field
from lookalike.sample.parts import Extent, Part, Surface
from lookalike.sample.patterns import inks

Pixels = NDArray[np.uint8]
Matrix = NDArray[np.float64]  # (3, 3), drawing units to pixels, may be projective

OVERSAMPLING = 4
MARGIN_PX = 2
FOLDS_ACROSS = 2.0  # units of fold noise over the product's longer side
UPRIGHT = 1e-7  # a smaller turn moves no texture by a pixel
SOFTEST_PX = 0.4  # a smaller blur is not visible
JOINED = 10  # oversampled width from which gaps between line segments would show
SHADOW_SHIFT = (0.010, 0.016)  # of the drawing's side, right and down
GLOW = 0.07  # what a fully lit slope adds to a dark color, which a factor cannot brighten


@dataclass
class Layer:
    """A picture in progress: premultiplied color, coverage and whose pixel it is.

    color (3, h, w) and the others (h, w), all float32 in [0, 1]; the color planes
    lie apart because NumPy is several times faster on long rows
    """

    color: Field
    alpha: Field
    product: Field
    main: Field

    @classmethod
    def empty(cls, size_px: int) -> "Layer":
        """A transparent square."""
        plain = [np.zeros((size_px, size_px), dtype=np.float32) for _ in range(3)]
        return cls(np.zeros((3, size_px, size_px), dtype=np.float32), *plain)

    @classmethod
    def opaque(cls, color: Field) -> "Layer":
        """A layer that starts from a full picture, (h, w, 3) in [0, 1]."""
        layer = cls.empty(len(color))
        layer.color[:] = color.transpose(2, 0, 1)
        layer.alpha[:] = 1
        return layer

    def paint(self, part: Part, matrix: Matrix, frame: Extent) -> None:
        """Lay a part over what is there.

        matrix  drawing units to pixels
        frame   the extent that patterns and grain are measured on
        """
        stamp = _stamp(part, matrix, len(self.alpha))
        if stamp is None:
            return
        spot, coverage = stamp
        if part.shadow:
            self._darken(spot, coverage, part.shadow)
        color, main = _colored(part, coverage, spot, matrix, frame)
        cover = coverage * part.opacity if part.opacity < 1 else coverage
        keep = 1 - cover
        target = self.color[:, *spot]
        target *= keep
        target += color * cover
        self.alpha[spot] = self.alpha[spot] * keep + cover
        own = part.surface.role != "prop"
        self.product[spot] = self.product[spot] * keep + (cover if own else 0)
        self.main[spot] = self.main[spot] * keep + (cover * main if own else 0)

    def _darken(self, spot: tuple[slice, slice], coverage: Field, strength: float) -> None:
        """Cast the shape's soft shadow on what this layer already shows."""
        size = len(self.alpha)
        reach = max(1, round(size * SHADOW_SHIFT[1]))
        shift = round(size * SHADOW_SHIFT[0]) + 1
        rows = slice(spot[0].start, min(size, spot[0].stop + 2 * reach))
        columns = slice(spot[1].start, min(size, spot[1].stop + 2 * reach))
        wide = np.zeros((rows.stop - rows.start, columns.stop - columns.start), dtype=np.uint8)
        room = wide[reach : reach + coverage.shape[0], shift : shift + coverage.shape[1]]
        room[:] = coverage[: room.shape[0], : room.shape[1]] * np.float32(255 * strength)
        blurred = Image.fromarray(wide).filter(ImageFilter.GaussianBlur(reach * 0.6))
        self.color[:, rows, columns] *= 1 - np.asarray(blurred, dtype=np.float32) / 255


def fitted(area: Extent, size_px: int, *, share: float, rise: float = 0.0) -> Matrix:
    """The matrix that centers an area and lets its longer side fill a share of the square.

    rise  moves it up by this share of the square
    """
    left, top, right, bottom = area
    scale = size_px * share / max(right - left, bottom - top, 1e-6)
    x = size_px / 2 - scale * (left + right) / 2
    y = size_px * (0.5 - rise) - scale * (top + bottom) / 2
    return np.array([[scale, 0, x], [0, scale, y], [0, 0, 1]])


def projected(points: Points, matrix: Matrix) -> Points:
    """The points through the matrix."""
    if matrix[2, 0] == 0 and matrix[2, 1] == 0:
        return np.asarray(points @ matrix[:2, :2].T + matrix[:2, 2])
    lifted = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(lifted[:, :2] / lifted[:, 2:])


def resized(image: Pixels, size_px: int) -> Pixels:
    """The image scaled to a square of the given side."""
    scaled = Image.fromarray(image).resize((size_px, size_px), Image.Resampling.LANCZOS)
    return np.asarray(scaled, dtype=np.uint8)


def jpeg(image: Pixels, *, quality: int) -> bytes:
    """The image as the bytes of a JPEG file."""
    out = io.BytesIO()
    Image.fromarray(image).save(out, "JPEG", quality=quality, subsampling=0)
    return out.getvalue()


def _stamp(part: Part, matrix: Matrix, size_px: int) -> tuple[tuple[slice, slice], Field] | None:
    """The part's coverage and where it lies; None when it is out of the picture."""
    lines = [projected(outline, matrix) for outline in part.outlines]
    scale = _scale(matrix, lines[0], part.outlines[0])
    soft = part.soft * scale
    margin = MARGIN_PX + part.stroke * scale / 2 + 2 * soft
    every = np.vstack(lines)
    low = np.clip(np.floor(every.min(axis=0) - margin), 0, size_px).astype(int)
    high = np.clip(np.ceil(every.max(axis=0) + margin), 0, size_px).astype(int)
    if (high <= low).any():
        return None
    width, height = (high - low).tolist()
    picture = Image.new("L", (width * OVERSAMPLING, height * OVERSAMPLING))
    draw = ImageDraw.Draw(picture)
    for line in lines:
        path = ((line - low) * OVERSAMPLING).ravel().tolist()
        if part.stroke:
            thick = max(2, round(part.stroke * scale * OVERSAMPLING))
            draw.line(path, fill=255, width=thick, joint="curve" if thick >= JOINED else None)
        else:
            draw.polygon(path, fill=255)
    for hole in part.holes:
        path = ((projected(hole, matrix) - low) * OVERSAMPLING).ravel().tolist()
        draw.polygon(path, fill=0)
    picture = picture.reduce(OVERSAMPLING)
    if soft > SOFTEST_PX:
        picture = picture.filter(ImageFilter.GaussianBlur(soft))
    coverage = np.asarray(picture, dtype=np.float32) * np.float32(1 / 255)
    return (slice(low[1], high[1]), slice(low[0], high[0])), coverage


def _scale(matrix: Matrix, pixels: Points, points: Points) -> float:
    """Pixels per drawing unit around the part."""
    if matrix[2, 0] == 0 and matrix[2, 1] == 0:
        return float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    return float(np.ptp(pixels, axis=0).sum() / max(np.ptp(points, axis=0).sum(), 1e-6))


def _colored(
    part: Part, coverage: Field, spot: tuple[slice, slice], matrix: Matrix, frame: Extent
) -> tuple[Field, Field | float]:
    """The lit color of the part, (3, h, w) or broadcast to it, and the main color's share."""
    surface, finish = part.surface, FINISHES[part.surface.material]
    base = as_array(surface.color)[:, None, None]
    if finish.contrast == 0:
        return base, 1.0 if surface.role == "main" else 0.0
    scale = _scale(matrix, np.zeros((1, 2)), np.zeros((1, 2))) if matrix[2, 0] == 0 else 0.0
    side = max(frame[2] - frame[0], frame[3] - frame[1])
    if scale == 0.0:
        left, top, right, bottom = frame
        corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
        scale = _scale(matrix, projected(corners, matrix), corners)
    u, v = _texture(spot, matrix, frame, part.grain_deg)
    color, main = _inked(surface, base, u, v, 1 / (scale * side))
    grain = None if finish.grain is None else finish.grain(u, v, surface.seed)
    if not (part.puff or part.folds or part.turned):
        return (color if grain is None else np.clip(color * grain, 0, 1)), main
    light = lit(coverage, part, finish, scale=scale, fold_scale=FOLDS_ACROSS / (scale * side))
    factor = light.factor if grain is None else light.factor * grain
    lit_color = color * factor + (light.highlight + GLOW * np.clip(light.factor - 1, 0, 1))
    return np.clip(lit_color, 0, 1), main


def _inked(
    surface: Surface, base: Field, u: Field, v: Field, softness: float
) -> tuple[Field, Field | float]:
    own = 1.0 if surface.role == "main" else 0.0
    if surface.pattern == "solid" or surface.accent is None:
        return base, own
    accent, third = inks(surface.pattern, u, v, softness=softness, seed=surface.seed)
    other = surface.third or mix(surface.color, surface.accent, 0.5)
    rest = 1 - accent - third
    color = (
        base * rest
        + as_array(surface.accent)[:, None, None] * accent
        + as_array(other)[:, None, None] * third
    )
    return color, rest * own


def _texture(
    spot: tuple[slice, slice], matrix: Matrix, frame: Extent, grain_deg: float
) -> tuple[Field, Field]:
    """Coordinates on the product for every pixel of the spot; its longer side is 0 to 1.

    Upright drawings give a row and a column, which makes textures much cheaper.
    """
    left, top, right, bottom = frame
    side = max(right - left, bottom - top)
    angle = np.deg2rad(grain_deg)
    cos, sin = np.cos(angle), np.sin(angle)
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    # Pixels to the drawing, the drawing to a unit square around its middle, turned.
    unit = np.array([[1, 0, -middle_x], [0, 1, -middle_y], [0, 0, side]]) / side
    turn = np.array([[cos, sin, 0.5], [-sin, cos, 0.5], [0, 0, 1]])
    back = turn @ unit @ np.linalg.inv(matrix)
    back = (back / back[2, 2]).astype(np.float32)
    y = np.arange(spot[0].start, spot[0].stop, dtype=np.float32)[:, None] + np.float32(0.5)
    x = np.arange(spot[1].start, spot[1].stop, dtype=np.float32)[None, :] + np.float32(0.5)
    if abs(back[0, 1]) + abs(back[1, 0]) + abs(back[2, 0]) + abs(back[2, 1]) < UPRIGHT:
        return back[0, 0] * x + back[0, 2], back[1, 1] * y + back[1, 2]
    u = back[0, 0] * x + back[0, 1] * y + back[0, 2]
    v = back[1, 0] * x + back[1, 1] * y + back[1, 2]
    if abs(back[2, 0]) + abs(back[2, 1]) < UPRIGHT:
        return u, v
    depth = back[2, 0] * x + back[2, 1] * y + 1
    return u / depth, v / depth
