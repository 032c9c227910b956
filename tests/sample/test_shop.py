"""The sample shop's list of products is varied, consistent and the same for one seed."""

from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from lookalike.errors import InvalidInput
from lookalike.sample.colors import NEUTRALS
from lookalike.sample.fashion_kinds import FASHION
from lookalike.sample.home_kinds import HOME
from lookalike.sample.patterns import PATTERNS
from lookalike.sample.shop import SampleShop, sample_shop

CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def shop() -> SampleShop:
    return sample_shop(600, seed=7)


def test_the_same_seed_gives_the_same_shop():
    assert sample_shop(80, seed=3) == sample_shop(80, seed=3)


def test_another_seed_gives_another_shop():
    assert sample_shop(80, seed=3).products != sample_shop(80, seed=4).products


@pytest.mark.parametrize("count", [1, 2, 13, 137])
def test_the_shop_has_exactly_the_products_asked_for(count):
    assert len(sample_shop(count, seed=1).products) == count


def test_an_empty_shop_is_refused():
    with pytest.raises(InvalidInput):
        sample_shop(0)


def test_every_type_is_sold_at_least_five_times(shop):
    sold = Counter(product.product_type for product in shop.products)
    assert len(FASHION) >= 12
    assert len(HOME) >= 12
    assert set(sold) == {kind.name for kind in (*FASHION, *HOME)}
    assert min(sold.values()) >= 5


def test_all_patterns_twelve_families_and_twelve_materials_occur(shop):
    patterns = Counter(product.pattern for product in shop.products)
    assert set(patterns) == set(PATTERNS)
    assert min(patterns.values()) >= 5
    assert len({product.color_family for product in shop.products}) >= 12
    assert len({product.material for product in shop.products}) >= 12


def test_all_four_kinds_of_views_occur_and_the_packshot_comes_first(shop):
    assert {view.name for product in shop.products for view in product.views} == {
        "packshot",
        "detail",
        "lifestyle",
        "on-figure",
    }
    for product in shop.products:
        assert 1 <= len(product.views) <= 3
        assert product.views[0].name == "packshot"
        assert len({view.name for view in product.views}) == len(product.views)


def test_about_half_of_the_products_have_variants(shop):
    grouped = sum(product.variant_group is not None for product in shop.products)
    assert 0.4 <= grouped / len(shop.products) <= 0.65


def test_variants_share_everything_but_their_color(shop):
    groups = defaultdict(list)
    for product in shop.products:
        if product.variant_group is not None:
            groups[product.variant_group].append(product)
    for members in groups.values():
        assert 2 <= len(members) <= 4
        for trait in ("product_type", "traits", "pattern", "material", "design_seed", "price"):
            assert len({getattr(product, trait) for product in members}) == 1
        assert len({product.color_family for product in members}) == len(members)
        assert len({product.main_color for product in members}) == len(members)


def test_skus_are_unique_and_prices_exact_to_the_cent(shop):
    assert len({product.sku for product in shop.products}) == len(shop.products)
    for product in shop.products:
        assert product.price == product.price.quantize(CENT)
        assert product.price > 0


def test_patterned_products_have_an_accent_of_another_family(shop):
    for product in shop.products:
        assert (product.accent_color is None) == (product.pattern == "solid")
        assert product.accent_family != product.color_family


def test_names_end_with_the_color_and_categories_have_two_parts(shop):
    for product in shop.products:
        assert product.name.endswith(f" in {product.color}")
        assert "  " not in product.name
        assert len(product.category.split(" > ")) == 2


def test_looks_hold_one_product_for_each_slot_of_one_line_and_style(shop):
    by_sku = {product.sku: product for product in shop.products}
    assert {look.kind for look in shop.looks} == {"outfit", "room"}
    assert len({look.look_id for look in shop.looks}) == len(shop.looks)
    assert len({frozenset(look.skus) for look in shop.looks}) == len(shop.looks)
    for look in shop.looks:
        pieces = [by_sku[sku] for sku in look.skus]
        assert len({piece.slot for piece in pieces}) == len(pieces) >= 2
        assert {piece.line for piece in pieces} == {look.line}
        assert {piece.style for piece in pieces} == {look.style}


def test_looks_bring_together_at_most_two_bright_families(shop):
    by_sku = {product.sku: product for product in shop.products}
    for look in shop.looks:
        families = {by_sku[sku].color_family for sku in look.skus}
        assert len(families - {*NEUTRALS, "metallic"}) <= 2
