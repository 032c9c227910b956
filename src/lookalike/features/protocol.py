"""The Encoder port: square pictures in; an embedding, a mask and class probabilities out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from lookalike.domain.arrays import Floats, Pixels
from lookalike.domain.features import AttributeValue, Swatch

Fit = Literal["pad", "crop", "stretch"]


@dataclass(frozen=True)
class InputSpec:
    """How an encoder wants its pictures; `image.fit_square` makes them.

    size_px    side of the square
    fit        pad with `fill`, crop the center, or stretch; always resized bicubically
    mean, std  of RGB in 0..1, applied as (x / 255 - mean) / std; only for a floating dtype
    """

    size_px: int
    fit: Fit = "pad"
    fill: int = 255
    layout: Literal["NCHW", "NHWC"] = "NCHW"
    dtype: Literal["uint8", "float32", "float16"] = "uint8"
    color: Literal["RGB", "BGR"] = "RGB"
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Encoded:
    """What an encoder says of a batch of n pictures.

    embedding  (n, e) float32, unit length
    mask       (n, m, m) probability of "product" over the square picture, or None
    heads      head name -> (n, classes) probabilities
    cloth      (n, c) what its early layers saw within the mask, or None; patterns are read from it
    """

    embedding: Floats
    mask: Floats | None = None
    heads: Mapping[str, Floats] = field(default_factory=dict)
    cloth: Floats | None = None


@dataclass(frozen=True)
class FeatureMap:
    """What an encoder sees of n pictures before it pools, patch by patch.

    values    (n, channels, rows, columns) float32, at least 0
    power     the exponent of the generalized mean that pools them
    first_px  where the middle of the first patch lies; None is half a patch
    """

    values: Floats
    power: float
    first_px: int | None = None


@dataclass(frozen=True)
class MeasuredImage:
    """What an attribute extractor is given of one picture.

    pixels      (h, w, 3) uint8 RGB without padding, as large as the encoder saw it
    small       (h', w', 3) uint8, the same picture of at most 96 pixels a side
    weights     (h', w') in [0, 1], how much each pixel of `small` belongs to the product
    palette     its colors, largest share first; empty where no product was found
    embedding   (e,) of the encoder, unit length
    attributes  what was named so far, by the extractors of the package
    """

    pixels: Pixels
    small: Pixels
    weights: Floats
    palette: tuple[Swatch, ...]
    embedding: Floats
    attributes: Mapping[str, AttributeValue]


class AttributeExtractor(Protocol):
    """Says something of a picture that no extractor of the package does: a neckline, a heel.

    The same picture always gives the same values, from any thread.
    """

    @property
    def version(self) -> str:
        """Raise it whenever the same picture could give another value: it is looked at again."""
        ...

    @property
    def attributes(self) -> tuple[str, ...]:
        """What it names: words of lower case and underscores, none of the package's own."""
        ...

    def extract(self, image: MeasuredImage) -> Mapping[str, AttributeValue]:
        """Attribute -> value; "unknown" where it cannot tell.  Names not declared are dropped."""
        ...


class Encoder(Protocol):
    """A picture's result never depends on its companions in a batch, nor on its place there."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same picture could give other numbers."""
        ...

    @property
    def input(self) -> InputSpec: ...

    @property
    def embedding_size(self) -> int: ...

    @property
    def heads(self) -> Mapping[str, tuple[str, ...]]:
        """Head name -> its class names, in the order of the probabilities."""
        ...

    @property
    def batch_size(self) -> int:
        """How many pictures one call of the model takes; more in `encode` keep all cores busy."""
        ...

    def encode(self, pictures: Pixels) -> Encoded:
        """Encode (n, size_px, size_px, 3) uint8 RGB pictures, n >= 0, from any thread.

        Raises InvalidInput for a wrong shape and for a model that gives NaN or no probabilities,
        Unavailable when the model or its device cannot be used.
        """
        ...
