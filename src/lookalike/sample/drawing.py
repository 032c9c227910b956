"""From a product to its drawing: the table of drawing functions by product type."""

from collections.abc import Callable, Mapping

from lookalike.sample.accessories import ACCESSORIES
from lookalike.sample.bags import BAGS
from lookalike.sample.bottoms import BOTTOMS
from lookalike.sample.colors import Color, darker, from_hex, lighter, luma, mix
from lookalike.sample.decor import DECOR
from lookalike.sample.design import Design
from lookalike.sample.furniture import FURNITURE
from lookalike.sample.outerwear import OUTERWEAR
from lookalike.sample.parts import Parts
from lookalike.sample.product import SampleProduct
from lookalike.sample.seating import SEATING
from lookalike.sample.shoes import SHOES
from lookalike.sample.textiles import TEXTILES
from lookalike.sample.tops import TOPS

DRAW: Mapping[str, Callable[[Design], Parts]] = {
    **TOPS,
    **OUTERWEAR,
    **BOTTOMS,
    **SHOES,
    **BAGS,
    **ACCESSORIES,
    **SEATING,
    **FURNITURE,
    **TEXTILES,
    **DECOR,
}


def drawn(design: Design) -> Parts:
    """The parts of the design, from back to front."""
    return DRAW[design.product_type](design)


def design_of(product: SampleProduct) -> Design:
    """The product as the drawing functions see it."""
    main = from_hex(product.main_color)
    accent = from_hex(product.accent_color) if product.accent_color else _quiet(main)
    return Design(
        product.product_type,
        dict(product.traits),
        product.material,
        product.pattern,
        main,
        accent,
        _third(main, accent, product.pattern),
        product.design_seed,
    )


def _quiet(main: Color) -> Color:
    """The second color of a solid product, for soles, bases and piping."""
    return lighter(main, 0.7) if luma(main) < 0.6 else darker(main, 0.5)


def _third(main: Color, accent: Color, pattern: str) -> Color:
    """A color between or beside the two of the pattern."""
    if pattern == "camouflage":
        return darker(main, 0.45) if luma(main) > 0.3 else lighter(main, 0.35)
    if pattern == "floral":
        leaf = (0.42, 0.55, 0.38) if luma(main) > 0.5 else (0.60, 0.70, 0.52)
        return mix(leaf, accent, 0.25)
    if pattern == "animal":
        return mix(main, accent, 0.45)
    return mix(main, accent, 0.5)
