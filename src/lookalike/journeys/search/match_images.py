"""Where two products match: the image pair that matched best, patch by patch."""

import json

import numpy as np

from lookalike.domain.features import ImageFeatures
from lookalike.domain.query import ImageAnchor, ProductAnchor, Retrieval
from lookalike.domain.results import MatchMap
from lookalike.errors import NotFound, Unavailable
from lookalike.features.heat import heat
from lookalike.features.image import decode
from lookalike.features.image_heat import SIDE_PX, drawn
from lookalike.features.protocol import FeatureMap
from lookalike.index.score import scores
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.catalog.measure_images import Tools
from lookalike.journeys.search.anchors import start_from
from lookalike.journeys.search.photos import picture
from lookalike.journeys.search.plan import plan


def match_images(view: CatalogView, sku: str, other: str, tools: Tools) -> MatchMap:
    """Raises NotFound for an unknown product or a picture that has gone, Unavailable where the
    encoder shows no feature map."""
    encoder = tools.extractor.encoder
    feature_map = getattr(encoder, "feature_map", None)
    if feature_map is None:
        raise Unavailable(
            "This encoder does not show where two pictures match.",
            hint='The default encoder does, and an "onnx:PATH" whose card names outputs.map.',
        )
    places = _best_pair(view, sku, other)
    data = [
        picture(_hash(view, name, place), tools)[0]
        for name, place in zip((sku, other), places, strict=True)
    ]
    squares = np.stack([tools.extractor.prepare(one).square for one in data])
    seen: FeatureMap = feature_map(squares)
    found = heat(seen.values[0], seen.values[1], power=seen.power)
    patch_px = encoder.input.size_px / len(found.first)
    limits = tools.extractor.limits
    pixels = [decode(one, limits=limits, target_px=SIDE_PX).pixels for one in data]
    return MatchMap(
        skus=(sku, other),
        images=places,
        similarity=found.similarity,
        anchor=tuple(map(tuple, found.first.tolist())),
        product=tuple(map(tuple, found.second.tolist())),
        png=drawn(
            pixels[0],
            pixels[1],
            found,
            padded=encoder.input.fit == "pad",
            first_patch=0.5 if seen.first_px is None else seen.first_px / patch_px,
        ),
    )


def _best_pair(view: CatalogView, sku: str, other: str) -> tuple[int, int]:
    """Numbers of the images that match best with the default weights, as `similar` finds them."""
    index = view.index
    question = Retrieval(ProductAnchor(sku))
    start = start_from(question.anchor, view, measure=_no_photo)
    number = index.number(other)
    if number is None:
        raise NotFound(f'"{other}" is not a product of this collection with an image.')
    rows = index.vectors(index.product_rows(number))
    queries = plan(question, start, view).queries
    table = np.stack([scores(query, rows, index.layout) for query in queries])
    own, theirs = np.unravel_index(int(table.argmax()), table.shape)
    return int(own), int(theirs)


def _no_photo(_anchor: ImageAnchor) -> ImageFeatures:
    raise AssertionError("a product anchor is never measured")


def _hash(view: CatalogView, sku: str, place: int) -> str:
    number = view.index.number(sku)
    (text,) = view.index.documents(np.array([number]))
    return str(json.loads(text)["images"][place]["hash"])
