"""One product at a time: store it and look at its images now."""

from lookalike.domain.product import Product
from lookalike.domain.progress import silent
from lookalike.journeys.measure_images import Measured, Tools, measure_images


def store_product(product: Product, tools: Tools) -> Measured:
    """Store the product; its features are there when this returns, or its images' problems are."""
    tools.collection.products.upsert([product], origin="api")
    return measure_images(product.images, tools, refresh=False, report=silent)
