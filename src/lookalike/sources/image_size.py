"""How large one image may be."""

from lookalike.sources.protocol import FetchRefused

MAX_IMAGE_BYTES = 20_000_000
"""What Google and Shopify take for one image; photographs of shops are 20 KB to 5 MB."""


def too_many_bytes(location: str, size: int, limit: int) -> FetchRefused:
    shown = location[:200].encode("utf-8", "backslashreplace").decode()
    return FetchRefused(
        "too_many_bytes",
        f"The image {shown} has {size:,} bytes or more; at most {limit:,} are read.",
        hint="Save it smaller: 1,000 pixels on the longer side are plenty.",
    )
