"""How other tools name what users do, and which of our kinds that is.

GA4, Segment (and what copies its specification: RudderStack, PostHog), Google Retail and its
predecessor, web pixels.  Names are compared without case, and with `_` and `-` as blanks.
"""

import re

from lookalike.domain.events import KINDS, Kind

_SPELLINGS: dict[Kind, tuple[str, ...]] = {
    "impression": (
        "view item list",
        "product list viewed",
        "category page view",
        "collection viewed",
    ),
    "click": ("select item", "product clicked", "select content"),
    "view": (
        "view item",
        "product viewed",
        "detail page view",
        "view content",
        "long view",
    ),
    "save": (
        "add to wishlist",
        "product added to wishlist",
        "add to list",
        "wishlist",
        "bookmark",
        "favorite",
        "like",
    ),
    "cart": (
        "add to cart",
        "product added",
        "product added to cart",
        "wishlist product added to cart",
    ),
    "uncart": ("remove from cart", "product removed", "product removed from cart"),
    "purchase": ("purchase complete", "order completed", "checkout completed"),
    "return": ("refund", "order refunded", "product returned"),
    "hide": ("negative feedback", "dislike", "not interested"),
}

KIND_OF: dict[str, Kind] = {
    **{kind: kind for kind in KINDS},
    **{name: kind for kind, names in _SPELLINGS.items() for name in names},
}
"""Spelling, as `plain` makes it -> kind."""

OF_NO_PRODUCT = frozenset(
    {
        "page",
        "page view",
        "page visit",
        "page viewed",
        "$pageview",
        "$pageleave",
        "$autocapture",
        "screen",
        "screen view",
        "home page view",
        "session start",
        "first visit",
        "first open",
        "user engagement",
        "scroll",
        "file download",
        "form start",
        "form submit",
        "video start",
        "video progress",
        "video complete",
        "login",
        "logout",
        "sign up",
        "share",
        "product shared",
        "product reviewed",
        "search",
        "view search results",
        "products searched",
        "product list filtered",
        "product removed from wishlist",
        "remove from list",
        "remove from wishlist",
        "view cart",
        "cart viewed",
        "cart shared",
        "shopping cart page view",
        "begin checkout",
        "checkout start",
        "checkout started",
        "checkout step viewed",
        "checkout step completed",
        "add payment info",
        "add shipping info",
        "payment info entered",
        "order updated",
        "order cancelled",
        "coupon entered",
        "coupon applied",
        "coupon denied",
        "coupon removed",
        "view promotion",
        "select promotion",
        "promotion viewed",
        "promotion clicked",
        "promotion offered",
        "promotion not offered",
        "generate lead",
        "group",
    }
)
"""Known names that say nothing of a taste: counted and left out, no mistake of the sender.

`search` and `view search results` list products in some tools, but not in which order they
were seen or whether they were.
"""

LOGINS = frozenset({"identify", "alias"})
"""Names that join two ids and tell of no product."""

_JOINTS = re.compile(r"[\s_-]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def plain(name: str) -> str:
    """`Product Added`, `add_to_cart`, `detail-page-view` and `AddToCart` in one spelling."""
    return _JOINTS.sub(" ", _HUMP.sub(" ", name)).strip().lower()
