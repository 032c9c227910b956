"""The ten patterns of cloth, drawn; their order is that of `vocabulary.PATTERNS`.

All proportions were chosen by eye, looking at contact sheets (`fit --sheet`) beside photos of
garments; none was tuned by itself.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from encoder_training.drawn.canvas import (
    SIDE,
    Canvas,
    filled,
    flat,
    painted,
    soft_edge,
)
from encoder_training.drawn.lattice import cells
from encoder_training.drawn.wild_patterns import abstract, animal, camouflage

SETT_STRIPES = 24


def patterns(canvas: Canvas, count: int, zoom: float = 1.0) -> tuple[Tensor, Tensor]:
    """Pictures full of pattern, as equal in number as `count` allows, in the order of PATTERNS.

    zoom     3 shows cloth from close by
    returns  (count, 3, 224, 224) and the pattern numbers (count,)
    """
    kinds = len(DRAWERS)
    shares = [count // kinds + (kind < count % kinds) for kind in range(kinds)]
    pictures = [
        draw(canvas, share, zoom) for draw, share in zip(DRAWERS, shares, strict=True) if share
    ]
    numbers = [
        torch.full((share,), kind, device=canvas.device) for kind, share in enumerate(shares)
    ]
    return torch.cat(pictures).clamp(0, 1), torch.cat(numbers)


def solid(canvas: Canvas, count: int, _: float = 1.0) -> Tensor:
    """Plain cloth: one color with grain, weave and uneven light."""
    color = filled(canvas.color(count))
    strength = canvas.between(count, 0, 0.10)[:, None]
    speckle = canvas.uniform(count, 1, SIDE, SIDE) - 0.5
    grain = 1 + strength * speckle * (canvas.uniform(count, 1, 1, 1) < 0.5)
    depth = canvas.between(count, 0, 0.06)[:, None]
    threads = canvas.x * canvas.between(count, 100, 330)
    threads = threads + canvas.y * canvas.between(count, -200, 200)
    weave = 1 + depth * torch.sin(threads)[:, None]
    light = (0.92 + 0.16 * canvas.noise(count, 2, 3))[:, None]
    return (color * grain * weave * light).clamp(0, 1)


def stripes(canvas: Canvas, count: int, zoom: float) -> Tensor:
    """Bands of two colors, sometimes with a thin third."""
    weave = canvas.weave(count, zoom=zoom)
    ground, band = canvas.contrasting_colors(count)
    mask = _bands(weave.across, canvas.between(count, 0.2, 0.8), weave.period_px)
    picture = painted(flat(ground), band, mask)
    accent = canvas.color(count)
    line = _line(weave.across * 0.5, 0.75, 0.12, weave.period_px)
    return painted(picture, accent, line * canvas.chance(count, 0.4))


def checks(canvas: Canvas, count: int, zoom: float) -> Tensor:
    """Gingham, window panes, chessboards, each perhaps overlaid with lines; and tartans."""
    weave = canvas.weave(count, 0.06, 0.5, zoom=zoom)
    ground, band = canvas.contrasting_colors(count)
    duty = canvas.between(count, 0.25, 0.75)
    across = _bands(weave.across, duty, weave.period_px)
    along = _bands(weave.along, duty, weave.period_px)
    kind = canvas.integers(0, 4, (count, 1, 1))
    gingham = (across + along) / 2
    pane_width = canvas.between(count, 0.04, 0.15)
    pane = torch.maximum(
        _line(weave.across, 0.5, pane_width, weave.period_px),
        _line(weave.along, 0.5, pane_width, weave.period_px),
    )
    board = across * along + (1 - across) * (1 - along)
    mask = torch.where(kind <= 1, gingham, torch.where(kind == 2, pane, board))
    picture = painted(flat(ground), band, mask)
    accent = canvas.color(count)
    width = canvas.between(count, 0.03, 0.12)
    lines = _line(weave.across, 0.75, width, weave.period_px)
    lines = (lines + _line(weave.along, 0.75, width, weave.period_px)) / 2
    picture = painted(picture, accent, lines * canvas.chance(count, 0.5))
    sett = _sett(canvas, ground, band)
    tartan = 0.5 * _threads(sett, weave.across) + 0.5 * _threads(sett, weave.along)
    return torch.where(canvas.uniform(count, 1, 1, 1) < 0.4, tartan, picture)


def dots(canvas: Canvas, count: int, zoom: float) -> Tensor:
    """Discs in rows or staggered, sometimes scattered, sometimes of four colors."""
    weave = canvas.weave(count, 0.07, 0.45, zoom=zoom, warp=0.04)
    ground, dot = canvas.contrasting_colors(count)
    stagger = canvas.chance(count, 0.6)
    across = weave.across + stagger * 0.5 * (weave.along.floor() % 2)
    scatter = canvas.between(count, 0, 0.35) * canvas.chance(count, 0.4)
    x, y, toss, _ = cells(across, weave.along, scatter)
    radius = canvas.between(count, 0.14, 0.4)
    mask = soft_edge(radius - (x * x + y * y).sqrt(), weave.period_px)
    palette = canvas.colors(count, 4)
    pick = (toss * 4).long().clamp(0, 3).view(count, -1, 1).expand(-1, -1, 3)
    many = torch.gather(palette, 1, pick).view(count, SIDE, SIDE, 3).permute(0, 3, 1, 2)
    is_many = canvas.chance(count, 0.25)[:, None]
    return painted(flat(ground), torch.where(is_many, many, filled(dot)), mask)


def floral(canvas: Canvas, count: int, zoom: float) -> Tensor:
    """Vines, a layer of leaves and two of flowers."""
    picture = filled(canvas.color(count)).clone()
    vine = canvas.noise(count, 4, 3)
    leaf_color = canvas.color(count) * canvas.row([0.5, 0.8, 0.5])
    vines = soft_edge(0.03 - (vine - 0.5).abs(), 60.0) * canvas.chance(count, 0.6)
    picture = painted(picture, leaf_color, vines)
    picture = _blossoms(canvas, picture, zoom, leaf_color)
    for _ in range(2):
        picture = _blossoms(canvas, picture, zoom, None)
    return picture


def graphic(canvas: Canvas, count: int, _: float) -> Tensor:
    """A print on a plain ground: overlapping shapes, bars and letter-like strokes in the middle."""
    picture = solid(canvas, count)
    for _layer in range(6):
        center_x, center_y = canvas.between(count, -0.35, 0.35), canvas.between(count, -0.4, 0.4)
        radius_x, radius_y = canvas.between(count, 0.04, 0.4), canvas.between(count, 0.03, 0.3)
        angle = canvas.between(count, -0.6, 0.6)
        dx, dy = canvas.x - center_x, canvas.y - center_y
        x = dx * angle.cos() + dy * angle.sin()
        y = -dx * angle.sin() + dy * angle.cos()
        is_box = canvas.chance(count, 0.5)
        box = torch.maximum(x.abs() / radius_x, y.abs() / radius_y)
        ellipse = ((x / radius_x) ** 2 + (y / radius_y) ** 2).sqrt()
        mask = torch.sigmoid((1 - torch.where(is_box, box, ellipse)) * 25)
        mask = mask * canvas.chance(count, 0.75)
        strokes = canvas.chance(count, 0.4) * (canvas.noise(count, 24, 1) > 0.5).float()
        mask = mask * (1 - strokes)
        picture = painted(picture, canvas.color(count), mask)
    return picture


def zigzag(canvas: Canvas, count: int, zoom: float) -> Tensor:
    """Chevrons of two colors, sometimes with a thin third."""
    weave = canvas.weave(count, 0.08, 0.45, zoom=zoom, warp=0.05)
    ground, band = canvas.contrasting_colors(count)
    height, frequency = canvas.between(count, 0.25, 1.0), canvas.between(count, 0.4, 1.3)
    wave = weave.across + height * (2 * ((weave.along * frequency) % 1 - 0.5).abs())
    mask = _bands(wave, canvas.between(count, 0.3, 0.7), weave.period_px)
    picture = painted(flat(ground), band, mask)
    accent = canvas.color(count)
    line = _line(wave * 0.5, 0.75, 0.1, weave.period_px)
    return painted(picture, accent, line * canvas.chance(count, 0.4))


def _bands(position: Tensor, duty: Tensor, sharpness: Tensor) -> Tensor:
    """1 in the first `duty` of every period."""
    phase = position % 1
    return soft_edge(torch.minimum(duty - phase, phase), sharpness)


def _line(position: Tensor, center: float, width: Tensor | float, sharpness: Tensor) -> Tensor:
    """1 within `width` of `center` in every period."""
    return soft_edge(width - (position % 1 - center).abs(), sharpness)


def _sett(canvas: Canvas, ground: Tensor, band: Tensor) -> Tensor:
    """The color sequence of a tartan: (count, 3, 24), mostly ground, the rest random stripes."""
    count = len(ground)
    shape = (count, 3, SETT_STRIPES)
    first = canvas.uniform(*shape).round() * canvas.color(count)[:, :, None]
    bands = first + (1 - canvas.uniform(*shape).round()) * band[:, :, None]
    is_ground = canvas.uniform(count, 1, SETT_STRIPES) < 0.55
    tint = canvas.color(count)[:, :, None].expand(shape)
    return torch.where(is_ground, ground[:, :, None].expand(shape), tint * 0.6 + bands * 0.4)


def _threads(sett: Tensor, position: Tensor) -> Tensor:
    """The sett repeated along `position`: (count, 3, 224, 224)."""
    count = len(sett)
    stripe = ((position * 0.4) % 1 * SETT_STRIPES).long().clamp(0, SETT_STRIPES - 1)
    colors = torch.gather(sett, 2, stripe.view(count, 1, -1).expand(-1, 3, -1))
    return colors.view(count, 3, SIDE, SIDE)


def _blossoms(canvas: Canvas, picture: Tensor, zoom: float, leaf_color: Tensor | None) -> Tensor:
    """One more layer: leaves of `leaf_color`, or flowers with centers if there is none."""
    count = len(picture)
    weave = canvas.weave(count, 0.16, 0.6, zoom=zoom)
    across = weave.across + canvas.between(count, 0, 1) * 9
    along = weave.along + canvas.between(count, 0, 1) * 9
    x, y, toss, toss2 = cells(across, along, 0.5)
    radius = (x * x + y * y).sqrt()
    angle = torch.atan2(y, x) + toss * 6.3
    if leaf_color is not None:
        shape = 0.3 - (x**2 + (y * 2.6) ** 2).sqrt() - 0.05
        color = leaf_color
    else:
        shape = _petal_edge(canvas, angle, toss2) - radius
        color = canvas.color(count)
    is_kept = (toss2 < canvas.between(count, 0.45, 1.0)).float()
    mask = soft_edge(shape, weave.period_px) * is_kept
    shade = (0.75 + 0.5 * (radius / 0.35).clamp(0, 1))[:, None]
    turns = radius * canvas.between(count, 25, 60) + 2 * angle + 5 * canvas.noise(count, 8, 2)
    rose = (0.78 + 0.3 * torch.sin(turns))[:, None]
    shade = torch.where(canvas.uniform(count, 1, 1, 1) < 0.4, rose, shade)
    picture = painted(picture, (flat(color) * shade).clamp(0, 1), mask)
    if leaf_color is not None:
        return picture
    center = soft_edge(0.09 - radius, weave.period_px) * is_kept
    return painted(picture, canvas.color(count), center)


def _petal_edge(canvas: Canvas, angle: Tensor, toss: Tensor) -> Tensor:
    """How far the petals reach at each angle, in periods; some are ragged."""
    count = len(angle)
    petals = canvas.integers(4, 9, (count, 1, 1)).float()
    depth = canvas.between(count, 0.1, 0.5)
    reach = 1 - depth + depth * (petals * angle / 2).cos().abs()
    edge = (0.30 + 0.1 * (toss - 0.5)) * reach
    is_ragged = canvas.chance(count, 0.4)
    ragged = edge + (canvas.noise(count, 10, 3) - 0.5) * 0.22
    return torch.where(is_ragged, ragged, edge)


DRAWERS: tuple[Callable[[Canvas, int, float], Tensor], ...] = (
    solid,
    stripes,
    checks,
    dots,
    floral,
    graphic,
    animal,
    camouflage,
    zigzag,
    abstract,
)
