"""One value for a product from what its images say, the packshot before the lifestyle shot."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lookalike.domain.attributes import UNKNOWN
from lookalike.domain.features import AttributeValue

Evidence = Mapping[str, str | float]

MASK_TRUST: Mapping[str, float] = {"alpha": 1.0, "border": 1.0, "encoder": 0.8, "whole": 0.2}
"""How far an image speaks for the product alone, by how its foreground was found: cut out by the
merchant, before one smooth color, by the encoder wherever it is, not at all.  By eye."""
BACKGROUND_TRUST: Mapping[str, float] = {"plain": 1.25, "busy": 0.4}
"""The same by the background, where the evidence names it: a scene shows other things too."""
LATER_IMAGE = 0.7  # feeds put the packshot first (Google Merchant Center's image_link); by eye
AGREEMENT = 0.5  # images of one product repeat each other's mistakes, so a second is half news
LEAST_MERGED = 0.5  # where no image was surer alone, a merged value must be as likely as not
SHOWN = 4  # probabilities kept
_LEAST = 1e-4  # no image excludes a value: each can be this wrong


def image_weights(evidence: Sequence[Evidence]) -> tuple[float, ...]:
    """How much each image of a product counts, in the product's order; each in (0, 1]."""
    found = []
    for place, one in enumerate(evidence):
        trust = MASK_TRUST.get(str(one.get("mask")), MASK_TRUST["whole"])
        trust *= BACKGROUND_TRUST.get(str(one.get("background")), 1.0)
        found.append(min(trust, 1.0) * (1.0 if place == 0 else LATER_IMAGE))
    return tuple(found)


def leading(weights: Sequence[float]) -> int:
    """The number of the image that counts most; of equal ones the first."""
    return max(range(len(weights)), key=weights.__getitem__)


def merged(values: Sequence[AttributeValue], weights: Sequence[float]) -> AttributeValue:
    """What the images say together: images that agree are surer than each alone.

    values   of one attribute, at least one
    weights  > 0, one for each

    A logarithmic opinion pool (Genest and Zidek 1986, section 3): the weighted mean of the log
    probabilities, raised to 1 + AGREEMENT * (effective number of images - 1).  The value is
    "unknown" unless an image says it by itself and the pool is sure enough.  One image alone
    stays as it is.
    """
    if len(values) == 1:
        return values[0]
    pool = _pool(values, weights)
    if not pool:
        return replace(values[leading(weights)], value=UNKNOWN)
    best = max(pool, key=lambda label: (pool[label], label))
    said = [one.confidence for one in values if one.value == best]
    sure = bool(said) and pool[best] >= min(LEAST_MERGED, *said)
    speaker = max(
        (place for place, one in enumerate(values) if not said or one.value == best),
        key=weights.__getitem__,
    )
    ranked = sorted(pool, key=lambda label: (-pool[label], label))[:SHOWN]
    return AttributeValue(
        value=best if sure else UNKNOWN,
        confidence=pool[best],
        probabilities={label: pool[label] for label in ranked},
        evidence={
            **values[speaker].evidence,
            "images": len(values),
            "images_that_say_it": len(said),
        },
    )


def _pool(values: Sequence[AttributeValue], weights: Sequence[float]) -> dict[str, float]:
    """Label -> pooled probability, of every label that some image names; the rest has its share."""
    heard = [(one.probabilities, w) for one, w in zip(values, weights, strict=True)]
    heard = [(chances, weight) for chances, weight in heard if chances]
    if not heard:
        return {}
    total = sum(weight for _, weight in heard)
    effective = total**2 / sum(weight**2 for _, weight in heard)
    sharpness = (1 + AGREEMENT * (effective - 1)) / total
    labels = sorted({label for chances, _ in heard for label in chances})
    logs = dict.fromkeys(labels, 0.0)
    unnamed, unnamed_log = 1, 0.0
    for chances, weight in heard:
        left = max(1 - sum(chances.values()), _LEAST)
        each = max(min(left, min(chances.values())), _LEAST)  # an unnamed class is below a named
        unnamed = max(unnamed, math.ceil(left / each))
        unnamed_log += weight * sharpness * math.log(each)
        for label in labels:
            logs[label] += weight * sharpness * math.log(max(chances.get(label, each), _LEAST))
    top = max(*logs.values(), unnamed_log)
    parts = {label: math.exp(value - top) for label, value in logs.items()}
    whole = sum(parts.values()) + unnamed * math.exp(unnamed_log - top)
    return {label: part / whole for label, part in parts.items()}
