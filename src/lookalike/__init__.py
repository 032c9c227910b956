"""Visual recommendations for shops: what looks like this, and why.

Public names are resolved on first use, so that importing the package loads nothing heavy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lookalike.domain.events import Event, Signal
    from lookalike.domain.index_run import IndexReport, Options
    from lookalike.domain.looks import LookAnchor, LookRequest, Looks, Rule
    from lookalike.domain.product import Product
    from lookalike.domain.query import (
        AttributeAnchor,
        Crop,
        ImageAnchor,
        MixAnchor,
        MixPart,
        ProductAnchor,
        Retrieval,
        RowAnchor,
        TextAnchor,
    )
    from lookalike.domain.results import (
        Explanation,
        MatchMap,
        Recommendation,
        Recommendations,
        WhyNot,
    )
    from lookalike.domain.rule_preview import PreviewRequest, RulePreview
    from lookalike.domain.rules import MerchantRule
    from lookalike.engine import Engine
    from lookalike.errors import (
        Conflict,
        Forbidden,
        InvalidInput,
        LookalikeError,
        NotFound,
        RateLimited,
        Unauthorized,
        Unavailable,
    )
    from lookalike.merchandising import Merchandising
    from lookalike.quality import Quality
    from lookalike.settings import Settings
    from lookalike.stylist import Stylist
    from lookalike.users import Users

_HOMES = {
    "AttributeAnchor": "lookalike.domain.query",
    "Conflict": "lookalike.errors",
    "Crop": "lookalike.domain.query",
    "Engine": "lookalike.engine",
    "Event": "lookalike.domain.events",
    "Explanation": "lookalike.domain.results",
    "Forbidden": "lookalike.errors",
    "ImageAnchor": "lookalike.domain.query",
    "IndexReport": "lookalike.domain.index_run",
    "InvalidInput": "lookalike.errors",
    "LookAnchor": "lookalike.domain.looks",
    "LookRequest": "lookalike.domain.looks",
    "LookalikeError": "lookalike.errors",
    "Looks": "lookalike.domain.looks",
    "MatchMap": "lookalike.domain.results",
    "MerchantRule": "lookalike.domain.rules",
    "Merchandising": "lookalike.merchandising",
    "MixAnchor": "lookalike.domain.query",
    "MixPart": "lookalike.domain.query",
    "NotFound": "lookalike.errors",
    "Options": "lookalike.domain.index_run",
    "PreviewRequest": "lookalike.domain.rule_preview",
    "Product": "lookalike.domain.product",
    "ProductAnchor": "lookalike.domain.query",
    "Quality": "lookalike.quality",
    "RateLimited": "lookalike.errors",
    "Recommendation": "lookalike.domain.results",
    "Recommendations": "lookalike.domain.results",
    "Retrieval": "lookalike.domain.query",
    "RowAnchor": "lookalike.domain.query",
    "Rule": "lookalike.domain.looks",
    "RulePreview": "lookalike.domain.rule_preview",
    "Settings": "lookalike.settings",
    "Stylist": "lookalike.stylist",
    "Signal": "lookalike.domain.events",
    "TextAnchor": "lookalike.domain.query",
    "Unauthorized": "lookalike.errors",
    "Unavailable": "lookalike.errors",
    "Users": "lookalike.users",
    "WhyNot": "lookalike.domain.results",
}

__all__ = [
    "AttributeAnchor",
    "Conflict",
    "Crop",
    "Engine",
    "Event",
    "Explanation",
    "Forbidden",
    "ImageAnchor",
    "IndexReport",
    "InvalidInput",
    "LookAnchor",
    "LookRequest",
    "LookalikeError",
    "Looks",
    "MatchMap",
    "Merchandising",
    "MerchantRule",
    "MixAnchor",
    "MixPart",
    "NotFound",
    "Options",
    "PreviewRequest",
    "Product",
    "ProductAnchor",
    "Quality",
    "RateLimited",
    "Recommendation",
    "Recommendations",
    "Retrieval",
    "RowAnchor",
    "Rule",
    "RulePreview",
    "Settings",
    "Signal",
    "Stylist",
    "TextAnchor",
    "Unauthorized",
    "Unavailable",
    "Users",
    "WhyNot",
]


def __getattr__(name: str) -> Any:  # Any: a module's attributes have no common type
    if name not in _HOMES:
        raise AttributeError(f"module 'lookalike' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
