"""Pictures whose pattern, material or mask is known because they were drawn or seen up close.

Names say "printed" or "checked" too rarely to learn patterns from, and no catalogue has masks.
Shares and ranges were chosen by hand for the shipped encoder, untested one by one.
"""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from encoder_training.augmentation.crops import crop_photos, sampled, sampled_masks
from encoder_training.augmentation.extra_pools import ExtraPools
from encoder_training.augmentation.photometry import blurred, gray, photometric
from encoder_training.drawn.canvas import SIDE, Canvas
from encoder_training.drawn.patterns import patterns
from encoder_training.drawn.scenes import backgrounds, things
from encoder_training.drawn.surfaces import stone, wood
from encoder_training.photo_labels import UNKNOWN
from encoder_training.photos import Photos
from encoder_training.vocabulary import MATERIALS

SHARES = {"garments": 0.38, "cloth": 0.20, "surfaces": 0.06, "things": 0.22, "close_ups": 0.14}
CLOTH_ZOOM = 3.0
# How far to trust each kind of material label; a drawn pattern hardly tells its material.
CLOTH_WEIGHT, SURFACE_WEIGHT, THING_WEIGHT, CLOSE_UP_WEIGHT = 0.12, 0.6, 0.5, 0.8


class KnownPictures(NamedTuple):
    """n pictures and what is known of them; -1 means unknown.

    images            (n, 3, 224, 224) in 0..1
    masks             (n, 1, 224, 224) in 0..1
    is_usable         (n,) the mask can be trusted
    patterns          (n,) positions in PATTERNS
    materials         (n,) positions in MATERIALS
    material_weights  (n,) in [0, 1]
    """

    images: Tensor
    masks: Tensor
    is_usable: Tensor
    patterns: Tensor
    materials: Tensor
    material_weights: Tensor


class Extras(NamedTuple):
    """All extra pictures of a batch.

    garment_rows  (g,) the photos that the first g pictures show, whose types are therefore known
    without_type  the pictures that show no known type of product
    """

    pictures: KnownPictures
    garment_rows: Tensor
    without_type: slice


def extra_pictures(canvas: Canvas, photos: Photos, pools: ExtraPools, count: int) -> Extras:
    """About `count` pictures: printed garments, frames full of cloth, drawn things, close-ups."""
    garment_count, cloth_count, surface_count, thing_count, close_up_count = (
        int(count * share) for share in SHARES.values()
    )
    numbers = _random_choice(canvas, pools.garments, garment_count)
    garments, worn = _printed_garments(canvas, photos, numbers)
    frames = _full_frames(canvas, cloth_count, surface_count)
    behind = worn[canvas.integers(0, garment_count, (thing_count,))]
    parts = [garments, frames, _drawn_things(canvas, behind)]
    without_type = slice(garment_count, sum(len(part.images) for part in parts))
    if pools.materials and close_up_count:
        parts.append(_close_ups(canvas, photos, pools, close_up_count))
    joined = KnownPictures(*(torch.cat(column) for column in zip(*parts, strict=True)))
    joined = joined._replace(images=photometric(canvas, joined.images))
    return Extras(joined, torch.as_tensor(numbers, device=canvas.device), without_type)


def _printed_garments(
    canvas: Canvas, photos: Photos, rows: NDArray[np.intp]
) -> tuple[KnownPictures, Tensor]:
    """Drawn patterns laid over garments with the garments' own folds, and the photos used."""
    count = len(rows)
    textures, numbers = patterns(canvas, count)
    order = canvas.shuffled(count)
    textures, numbers = textures[order], numbers[order]
    images, masks, is_usable = crop_photos(canvas, photos, rows)
    luma = gray(images)
    brightness = (luma * masks).sum((2, 3), keepdim=True)
    brightness = brightness / masks.sum((2, 3), keepdim=True).clamp(min=1)
    detail = canvas.uniform(count, 1, 1, 1) * 0.5
    folds = (blurred(luma, 28) * (1 - detail) + luma * detail) / brightness.clamp(min=0.15)
    folds = (1 + (folds - 1) * 0.9).clamp(0.35, 1.5)
    printed = images * (1 - masks) + (textures * folds).clamp(0, 1) * masks
    moved = canvas.chosen(count, 0.35)
    if len(moved):
        behind = backgrounds(canvas, len(moved), blurred(images[moved].flip(0)))
        part = masks[moved]
        printed[moved] = printed[moved] * part + behind * (1 - part)
    known = KnownPictures(
        printed,
        masks,
        is_usable,
        numbers,
        _same(canvas, count, MATERIALS.index("fabric")),
        _same(canvas, count, CLOTH_WEIGHT),
    )
    return known, images


def _full_frames(canvas: Canvas, cloth_count: int, surface_count: int) -> KnownPictures:
    """Patterned cloth from close by, wood and stone, filling the frame under uneven light."""
    cloth, numbers = patterns(canvas, cloth_count, CLOTH_ZOOM)
    depth = canvas.uniform(cloth_count, 1, 1, 1) * 0.5
    warp = torch.sin(canvas.x * (60 + 240 * canvas.uniform(cloth_count, 1, 1, 1)))
    weft = torch.sin(canvas.y * (60 + 240 * canvas.uniform(cloth_count, 1, 1, 1)))
    woods, stones = surface_count - surface_count // 2, surface_count // 2
    surfaces = torch.cat([wood(canvas, woods), stone(canvas, stones)])
    frames = torch.cat([cloth * (1 + depth * warp * weft), surfaces])
    count = len(frames)
    falloff = 0.7 * canvas.uniform(count, 1, 1, 1)
    shadow = 1.15 - falloff * (1 - canvas.noise(count, 2, 2)[:, None])
    tint = 1 + (canvas.uniform(count, 3, 1, 1) - 0.6) * 0.5
    frames = frames * shadow * tint * (0.45 + 0.65 * canvas.uniform(count, 1, 1, 1))
    materials = [
        _same(canvas, cloth_count, MATERIALS.index("fabric")),
        _same(canvas, woods, MATERIALS.index("wood")),
        _same(canvas, stones, MATERIALS.index("stone")),
    ]
    weights = [
        _same(canvas, cloth_count, CLOTH_WEIGHT),
        _same(canvas, surface_count, SURFACE_WEIGHT),
    ]
    return KnownPictures(
        frames.clamp(0, 1),
        torch.ones(count, 1, SIDE, SIDE, device=canvas.device),
        _same(canvas, count, True),
        torch.cat([numbers, _same(canvas, surface_count, UNKNOWN)]),
        torch.cat(materials),
        torch.cat(weights),
    )


def _drawn_things(canvas: Canvas, behind: Tensor) -> KnownPictures:
    """Drawn things, some before blurred copies of the photos `behind`."""
    count = len(behind)
    drawn = things(canvas, count, blurred(behind))
    return KnownPictures(
        drawn.images,
        drawn.masks,
        _same(canvas, count, True),
        drawn.patterns,
        drawn.materials,
        _same(canvas, count, THING_WEIGHT),
    )


def _close_ups(canvas: Canvas, photos: Photos, pools: ExtraPools, count: int) -> KnownPictures:
    """The middle of products of known material, turned any way; their masks are not trusted."""
    kinds = canvas.rows.randint(0, len(pools.materials), count)
    rows = [int(canvas.rows.choice(pools.materials[kind])) for kind in kinds]
    numbers = torch.as_tensor(rows, device=canvas.device)
    scale = 0.16 + 0.32 * canvas.uniform(count)
    angle = canvas.uniform(count) * 6.3
    transform = torch.zeros(count, 2, 3, device=canvas.device)
    transform[:, 0, 0] = angle.cos() * scale
    transform[:, 0, 1] = -angle.sin() * scale
    transform[:, 1, 0] = angle.sin() * scale
    transform[:, 1, 1] = angle.cos() * scale
    transform[:, :, 2] = pools.centers[numbers] + (canvas.uniform(count, 2) - 0.5) * 0.25
    grid = functional.affine_grid(transform, (count, 1, SIDE, SIDE), align_corners=False)
    own = numbers - photos.first_large
    labels = photos.labels
    return KnownPictures(
        sampled(photos.large.images[own], grid, mode="bicubic"),
        sampled_masks(photos.large_masks[own], grid),
        _same(canvas, count, False),
        _same(canvas, count, UNKNOWN),
        torch.tensor([labels[row].material for row in rows], device=canvas.device),
        _same(canvas, count, CLOSE_UP_WEIGHT),
    )


def _random_choice(canvas: Canvas, pool: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    return pool[canvas.rows.randint(0, len(pool), count)]


def _same(canvas: Canvas, count: int, value: float) -> Tensor:
    """(count,) copies of a number or truth value."""
    return torch.full((count,), value, device=canvas.device)
