"""From results to the JSON that callers see."""

from collections.abc import Sequence
from dataclasses import asdict

from lookalike.domain.job import Job
from lookalike.domain.problems import Problem
from lookalike.domain.results import (
    Document,
    Explanation,
    MatchMap,
    ProductDetail,
    ProductPage,
    Recommendation,
    Recommendations,
    WhyNot,
)
from lookalike.domain.rules import RuleMark
from lookalike.errors import InvalidInput
from lookalike.wire import ledger
from lookalike.wire.schema import Json


def recommendations(answer: Recommendations, *, fields: Sequence[str] | None = None) -> Json:
    """The shape of `RecommendationsBody`; `fields` names what to keep of each product.

    Raises InvalidInput when `fields` names something that no product shown has.
    """
    shown = [_recommendation(one, answer.collection_id) for one in answer.recommendations]
    if fields is not None:
        shown = _only(shown, fields)
    return {
        "request_id": answer.request_id,
        "generation": answer.generation,
        "collection_id": answer.collection_id,
        "limits": list(answer.limits),
        "degraded": list(answer.degraded),
        "cursor": answer.cursor,
        "rules": list(answer.rules),
        "recommendations": shown,
    }


def ruled(marks: Sequence[RuleMark]) -> Json:
    """`rules` and `sponsored` of what rules touched; nothing for the rest."""
    if not marks:
        return {}
    paid = {"sponsored": True} if any(one.sponsored for one in marks) else {}
    return {"rules": [asdict(one) for one in marks], **paid}


def why_not(told: WhyNot) -> Json:
    """The shape of `WhyNotBody`."""
    one = told.recommendation
    return {
        "sku": told.sku,
        "verdict": told.verdict,
        "reason": told.reason,
        "rank": told.rank,
        "similarity_score": one and one.score,
        "similarity_reason": one and one.reason,
        "explanation": one and one.explanation and _explanation(one.explanation),
    }


def match_map(found: MatchMap) -> Json:
    """The shape of `MatchMapBody`; the picture is left out."""
    return {
        "skus": list(found.skus),
        "matched_images": list(found.images),
        "similarity": found.similarity,
        "anchor": [list(row) for row in found.anchor],
        "product": [list(row) for row in found.product],
    }


def quiz(pictures: Sequence[Document], collection_id: str) -> Json:
    """The shape of `QuizBody`."""
    return {"products": [product(one, collection_id) for one in pictures]}


def product(document: Document, collection_id: str) -> Json:
    """A product's document with addresses at which a browser finds its images."""
    images = [
        {**image, "url": image["url"] or f"/v1/collections/{collection_id}/images/{image['hash']}"}
        for image in document.get("images", [])
    ]
    return {**document, "images": images, "image_url": images[0]["url"] if images else None}


def products(page: ProductPage, collection_id: str) -> Json:
    """The shape of `ProductsBody`."""
    return {
        "products": [product(document, collection_id) for document in page.products],
        "count": page.count,
        "cursor": page.cursor,
        "limits": list(page.limits),
    }


def product_with_embedding(detail: ProductDetail, collection_id: str) -> Json:
    """The shape of `ProductBody`: sent back as `query.embedding`, `row` is the product's query.

    `row` is that of the first image; `rows` holds one for each image.
    """
    rows = detail.rows.tolist()
    return {
        **product(detail.document, collection_id),
        "image_embedding": {
            "row": rows[0] if rows else None,
            "rows": rows,
            "channels": {channel.name: channel.size for channel in detail.layout.channels},
        },
        "attributes": ledger.attributes(detail.ledger),
        "problems": [problem(one) for one in detail.problems],
    }


def job(one: Job) -> Json:
    """The shape of `JobBody`."""
    return {
        "job_id": one.id,
        "collection_id": one.collection,
        "kind": one.kind,
        "state": one.state,
        "stage": one.stage or None,
        "progress": _progress(one),
        "stages": [
            {"stage": stage.name, "done": stage.done, "total": stage.total} for stage in one.stages
        ],
        "counts": dict(one.counts),
        "message": one.message or None,
        "report": dict(one.report) or None,
        "started_at": one.started_at and one.started_at.isoformat(),
        "ended_at": one.finished_at and one.finished_at.isoformat(),
    }


def _progress(one: Job) -> float | None:
    if one.state == "succeeded":
        return 1.0
    at = next((stage for stage in one.stages if stage.name == one.stage), None)
    return min(1.0, at.done / at.total) if at and at.total else None


def problem(one: Problem) -> Json:
    """The shape of `ProblemRow`."""
    return asdict(one)


def _recommendation(one: Recommendation, collection_id: str) -> Json:
    return {
        "sku": one.sku,
        "position": one.position,
        "similarity_score": one.score,
        "band": one.band,
        "similarity_reason": one.reason,
        "explanation": one.explanation and _explanation(one.explanation),
        **({"placement": asdict(one.placement)} if one.placement else {}),
        **ruled(one.rules),
        **{k: v for k, v in product(one.product, collection_id).items() if k != "sku"},
    }


def _explanation(one: Explanation) -> Json:
    return {**asdict(one), "swatches": [pair._asdict() for pair in one.swatches]}


def _only(shown: Sequence[Json], fields: Sequence[str]) -> list[Json]:
    """The named fields of each, from the product itself, its extra columns or attributes."""
    flat = [{**one["visual_attributes"], **one["extra"], **one} for one in shown]
    known = {name for one in flat for name in one}
    unknown = [name for name in fields if name not in known]
    if unknown and flat:
        raise InvalidInput(
            f'return_fields names "{unknown[0]}", which no product here has.',
            hint=f"They have {', '.join(sorted(known))}.",
        )
    kept = ("sku", "position", *(("placement",) if "placement" in known else ()), *fields)
    paid = {"sponsored": True}  # a disclosure is not a field that one may leave out
    return [
        {**{name: one.get(name) for name in kept}, **(paid if one.get("sponsored") is True else {})}
        for one in flat
    ]
