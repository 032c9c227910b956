"""Answers: recommendations, each with the exact reason for its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from lookalike.domain.arrays import Floats
from lookalike.domain.attributes import Attribute
from lookalike.domain.channels import Layout
from lookalike.domain.problems import Problem
from lookalike.domain.query import Band
from lookalike.domain.rules import RuleMark

Document = Mapping[str, Any]
"""A product as JSON gives it: its fields, extra columns, images and visual attributes.
`Any` because JSON values of a merchant's own columns have no narrower type."""


class SwatchPair(NamedTuple):
    """A color of the anchor and the nearest one of the product; `delta_e` is CIEDE2000."""

    anchor: str
    product: str
    delta_e: float


@dataclass(frozen=True)
class Explanation:
    """Why a recommendation stands where it stands.

    contributions   channel -> its part of the score; they sum to the score
    shared, differs statements about attributes that both products have
    matched_images  (number of the anchor's image, number of the product's image)
    """

    contributions: Mapping[str, float]
    shared: tuple[str, ...]
    differs: tuple[str, ...]
    swatches: tuple[SwatchPair, ...]
    matched_images: tuple[int, int]


Lane = Literal["taste", "together", "popular", "new", "varied", "pinned"]


@dataclass(frozen=True)
class Placement:
    """Why a place of a feed went to a product.

    lane        what the place was given to
    taste       the id of the taste it is for; None where it is for no taste
    because     the product of the user that it was chosen for, as in "because you saved it"
    propensity  how likely this product was to get this place, given the places above: 1 where
                nothing was left to chance.  With it a later policy can be judged by this log
                (inverse propensity scoring, Horvitz and Thompson 1952)
    """

    lane: Lane
    taste: str | None
    because: str | None
    propensity: float


@dataclass(frozen=True)
class Recommendation:
    """A product with its place in the answer; `explanation` is None where none was asked for.

    placement  of a feed's places; None in other answers
    rules      what merchant rules had to do with its place
    """

    sku: str
    position: int
    score: float
    band: Band
    reason: str
    explanation: Explanation | None
    product: Document
    placement: Placement | None = None
    rules: tuple[RuleMark, ...] = ()


@dataclass(frozen=True)
class MatchMap:
    """Where two products match: the look similarity of two images, patch by patch.

    images           numbers of the two images that matched best
    similarity       cosine of the encoder's pooled features
    anchor, product  rows of patches over the encoder's square; each sums to the similarity
    png              both images side by side, the matching parts in warm colors
    """

    skus: tuple[str, str]
    images: tuple[int, int]
    similarity: float
    anchor: tuple[tuple[float, ...], ...]
    product: tuple[tuple[float, ...], ...]
    png: bytes


Verdict = Literal[
    "shown",
    "anchor",
    "not searchable",
    "filtered",
    "excluded",
    "collapsed",
    "below min_score",
    "varied away",
    "ranked below",
]


@dataclass(frozen=True)
class WhyNot:
    """What became of one product in an answer.

    rank            its place by score alone among all that pass the filter, from 1
    recommendation  its score and reason, as it would be shown; None where it has no rank
    """

    sku: str
    verdict: Verdict
    reason: str
    rank: int | None = None
    recommendation: Recommendation | None = None


@dataclass(frozen=True)
class Recommendations:
    """The answer to one retrieval.

    request_id  joins later interactions to this list; equal questions to one generation share it
    limits      every cap that clamped the request
    degraded    everything that was skipped, and why
    cursor      asks for the next page; None at the end of the list
    rules       the names of the merchant rules that acted on the question, in their order
    """

    request_id: str
    generation: int
    collection_id: str
    recommendations: tuple[Recommendation, ...]
    limits: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()
    cursor: str | None = None
    anchor: Document | None = field(default=None, compare=False)
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProductPage:
    """Products in the order of their skus; `count` is how many pass the filter in all.

    limits  every cap that made the page shorter
    """

    products: tuple[Document, ...]
    count: int
    cursor: str | None
    limits: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProductDetail:
    """One product; `rows` (images, width) are its image embedding, empty without an image.

    ledger  what every source says of its attributes, as the database has it now
    """

    document: Document
    rows: Floats
    layout: Layout
    problems: tuple[Problem, ...] = ()
    ledger: tuple[Attribute, ...] = ()
