"""Curated looks: outfits and rooms whose pieces agree in line, style and color."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from lookalike.sample.colors import ACCENTS, NEUTRALS
from lookalike.sample.product import Look, LookKind, SampleProduct

LOOKS_PER_PRODUCT = 0.12
TRIES = 40  # draws for each look wanted before giving up
MAX_BRIGHT_FAMILIES = 2
MAX_PATTERNED = 2

# Slots of each template; those after the bar may stay empty.
TEMPLATES: dict[LookKind, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = {
    "outfit": (
        (("top", "bottom", "shoes"), ("bag", "outer", "accessory")),
        (("one-piece", "shoes"), ("bag", "outer", "accessory")),
    ),
    "room": ((("seat", "table", "light", "rug"), ("textile", "storage", "decor", "plant")),),
}


def looks_of(products: Sequence[SampleProduct], rng: np.random.Generator) -> tuple[Look, ...]:
    """Looks within each line, without two alike."""
    lines: dict[tuple[str, str], dict[str, list[SampleProduct]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for product in products:
        lines[product.domain, product.line][product.slot].append(product)
    found: dict[frozenset[str], Look] = {}
    wanted = max(1, round(len(products) * LOOKS_PER_PRODUCT / len(lines)))
    for (domain, line), slots in sorted(lines.items()):
        kind: LookKind = "outfit" if domain == "fashion" else "room"
        made = 0
        for _ in range(wanted * TRIES):
            pieces = _drawn(slots, kind, rng)
            key = frozenset(piece.sku for piece in pieces)
            if not pieces or key in found or not harmonious(pieces):
                continue
            skus = tuple(piece.sku for piece in pieces)
            found[key] = Look(f"LOOK-{len(found) + 1:03d}", kind, line, pieces[0].style, skus)
            made += 1
            if made == wanted:
                break
    return tuple(found.values())


def _drawn(
    slots: dict[str, list[SampleProduct]], kind: LookKind, rng: np.random.Generator
) -> list[SampleProduct]:
    """One product for each slot of a random template; empty when a needed slot is."""
    templates = TEMPLATES[kind]
    needed, extra = templates[int(rng.integers(len(templates)))]
    if any(not slots.get(slot) for slot in needed):
        return []
    chosen = [slot for slot in extra if slots.get(slot) and rng.random() < 0.7]
    return [slots[slot][int(rng.integers(len(slots[slot])))] for slot in (*needed, *chosen)]


def harmonious(pieces: Sequence[SampleProduct]) -> bool:
    """Whether few bright families meet, they go together, and patterns do not compete."""
    bright = {piece.color_family for piece in pieces} - {*NEUTRALS, "metallic"}
    patterned = sum(piece.pattern != "solid" for piece in pieces)
    agree = all(a == b or a in ACCENTS[b] or b in ACCENTS[a] for a in bright for b in bright)
    return len(bright) <= MAX_BRIGHT_FAMILIES and patterned <= MAX_PATTERNED and agree
