"""The extractor: image bytes in, one row with palette and attributes out.

Three stages, so that a catalog can be read by several threads while the encoder works:
`prepare` (decode and fit; nearly all of it inside Pillow, which lets other threads run),
`encode` (the model, in fixed batches) and `finish` (everything measured on the small picture).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np

from lookalike.domain.arrays import Floats, Pixels
from lookalike.domain.channels import Channel, Layout
from lookalike.domain.extraction import ALL_STEPS
from lookalike.domain.features import ImageFeatures
from lookalike.features.color_names import accent_colors
from lookalike.features.foreground import foreground
from lookalike.features.heads import CHANNEL_HEADS, head_channel
from lookalike.features.image import ImageLimits, decode
from lookalike.features.image_fit import crop, fit_square, sampled, thumbnail, unpad
from lookalike.features.image_header import Format
from lookalike.features.palette import PROTOTYPE_COUNT, palette_and_channel
from lookalike.features.protocol import AttributeExtractor, Encoded, Encoder
from lookalike.features.seen import Shown, seen, told_by
from lookalike.features.shape import SILHOUETTE_SIZE, silhouette

EXTRACTOR_VERSION = "8"
"""Raise when palette, color, shape, mask or thresholds change what is measured."""

ANALYSIS_PX = (
    96  # 1.7 times the default mask; 112 cost 0.3 ms an image more and named no color better
)
ENCODER_OVERSAMPLING = 2  # decode to at least twice the encoder's side, as its evaluation did

Box = tuple[float, float, float, float]
"""x, y, width, height as fractions of the upright image."""

NONE_ADDED: Mapping[str, AttributeExtractor] = MappingProxyType({})


@dataclass(frozen=True)
class Prepared:
    """An image ready for the encoder and for measuring.

    square  (s, s, 3) uint8, as the encoder wants it
    pixels  (h, w, 3) uint8, the analysis picture of at most ANALYSIS_PX a side
    dots    (h, w, 3) uint8, single pixels of the image at the same places: for its colors
    alpha   (h, w) in [0, 1], or None
    """

    square: Pixels
    pixels: Pixels
    dots: Pixels
    alpha: Floats | None
    width_px: int
    height_px: int
    format: Format


class Extractor:
    """Measures images with one encoder.  Holds no other state; any thread may call it.

    name  the encoder as settings spell it, so that a generation can say what made it
    """

    def __init__(
        self, encoder: Encoder, *, limits: ImageLimits | None = None, name: str = ""
    ) -> None:
        self.encoder = encoder
        self.limits = limits or ImageLimits()
        self.name = name

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever the same image could give another row, palette or attribute."""
        parts = (self.encoder.fingerprint, EXTRACTOR_VERSION, str(ANALYSIS_PX))
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]

    @cached_property
    def layout(self) -> Layout:
        """The channels of a row; those of heads that the encoder lacks are left out."""
        heads = self.encoder.heads
        return Layout(
            (
                Channel("look", self.encoder.embedding_size),
                Channel("color", PROTOTYPE_COUNT),
                *(
                    Channel(name, len(heads[head]))
                    for name, head in CHANNEL_HEADS.items()
                    if head in heads
                ),
                Channel("shape", SILHOUETTE_SIZE),
            )
        )

    def prepare(self, data: bytes, *, crop_box: Box | None = None) -> Prepared:
        """Decode an image file and bring it to the two sizes that are needed.

        Raises ImageProblem for an unusable image and InvalidInput for a crop box outside it.
        """
        spec = self.encoder.input
        part = 1.0 if crop_box is None else max(min(crop_box[2:]), _LEAST_PART)
        target_px = int(ENCODER_OVERSAMPLING * spec.size_px / part)
        decoded = decode(data, limits=self.limits, target_px=target_px)
        if crop_box is not None:
            decoded = crop(decoded, crop_box)
        pixels, alpha = thumbnail(decoded, ANALYSIS_PX)
        return Prepared(
            square=fit_square(decoded.pixels, spec.size_px, fit=spec.fit, fill=spec.fill),
            pixels=pixels,
            dots=sampled(decoded, (pixels.shape[1], pixels.shape[0])),
            alpha=alpha,
            width_px=decoded.width_px,
            height_px=decoded.height_px,
            format=decoded.format,
        )

    def encode(self, prepared: Sequence[Prepared]) -> list[Encoded]:
        """One `Encoded` of a single row for each image; give several to use all cores."""
        side = self.encoder.input.size_px
        squares = np.empty((len(prepared), side, side, 3), np.uint8)
        for row, one in enumerate(prepared):
            squares[row] = one.square
        whole = self.encoder.encode(squares)
        return [_row(whole, row) for row in range(len(prepared))]

    def finish(
        self,
        prepared: Prepared,
        encoded: Encoded,
        *,
        steps: frozenset[str] = ALL_STEPS,
        added: Mapping[str, AttributeExtractor] = NONE_ADDED,
    ) -> ImageFeatures:
        """Measure the foreground and put everything together.

        steps  what to measure beside the row and what the heads say (domain/extraction.py)
        added  extractors of others by step, run where `steps` has it
        """
        chances = {name: values[0] for name, values in encoded.heads.items()}
        product = foreground(
            prepared.pixels,
            alpha=prepared.alpha,
            encoder_mask=self._mask_on_image(prepared, encoded),
        )
        swatches, color = palette_and_channel(prepared.dots, product.weights)
        shown = Shown(
            prepared.pixels,
            self._detail(prepared),
            product,
            swatches,
            color,
            encoded.embedding[0],
            self.encoder.heads,
            chances,
            None if encoded.cloth is None else encoded.cloth[0],
        )
        named, parts = seen(shown, steps)
        for step in sorted(steps & added.keys()):
            named |= told_by(added[step], step, shown, named)
        main = named["color_family"].value if "color_family" in named else ""
        return ImageFeatures(
            row=self.layout.row(_channels(shown)),
            palette=swatches,
            attributes=named,
            evidence={
                "mask": product.source,
                "mask_share": round(product.share, 4),
                "background": "plain" if product.plain else "busy",
                "format": prepared.format,
                **shown.document_evidence,
                **_gender_hint(shown),
            },
            width_px=prepared.width_px,
            height_px=prepared.height_px,
            accent_colors=accent_colors(swatches, main) if main else (),
            components=parts,
            steps=steps,
        )

    def extract(self, data: bytes, *, crop_box: Box | None = None) -> ImageFeatures:
        """All stages for one photo; equal to what indexing gives for the same bytes."""
        prepared = self.prepare(data, crop_box=crop_box)
        return self.finish(prepared, self.encode([prepared])[0])

    def _detail(self, prepared: Prepared) -> Pixels:
        """The image without padding, as large as it is at hand."""
        if self.encoder.input.fit != "pad":
            return prepared.pixels
        side, (rows, columns) = len(prepared.square), prepared.pixels.shape[:2]
        high, wide = (max(1, round(side * one / max(rows, columns))) for one in (rows, columns))
        top, left = (side - high) // 2, (side - wide) // 2
        return np.ascontiguousarray(prepared.square[top : top + high, left : left + wide])

    def _mask_on_image(self, prepared: Prepared, encoded: Encoded) -> Floats | None:
        if encoded.mask is None:
            return None
        rows, columns = prepared.pixels.shape[:2]
        return unpad(encoded.mask[0], (columns, rows), padded=self.encoder.input.fit == "pad")


_LEAST_PART = 0.05  # a smaller crop decodes the image at 20 times the usual size at most


def _row(whole: Encoded, row: int) -> Encoded:
    one = slice(row, row + 1)
    return Encoded(
        embedding=whole.embedding[one],
        mask=None if whole.mask is None else whole.mask[one],
        heads={name: values[one] for name, values in whole.heads.items()},
        cloth=None if whole.cloth is None else whole.cloth[one],
    )


def _channels(shown: Shown) -> dict[str, Floats]:
    """Channel -> its part of the row; the same whatever else is measured."""
    return {
        "look": shown.embedding,
        "color": shown.color,
        "shape": silhouette(shown.product.weights),
        **{
            channel: head_channel(shown.chances[head])
            for channel, head in CHANNEL_HEADS.items()
            if head in shown.chances
        },
    }


def _gender_hint(shown: Shown) -> dict[str, str | float]:
    """Whom the picture seems meant for: evidence only, never an attribute that filters."""
    chances = shown.chances.get("gender")
    if chances is None:
        return {}
    best = int(chances.argmax())
    hint = shown.heads["gender"][best]
    return {"gender_hint": hint, "gender_hint_confidence": round(float(chances[best]), 4)}
