"""Attributes of an encoder that has a text tower and no heads: the class whose description fits.

A class is described in words, in several sentences whose embeddings are averaged; the softmax of
the scaled cosines to all classes of a head are its probabilities: Radford et al., ICML 2021
("Learning transferable visual models from natural language supervision"), section 3.1.

The classes of pattern, style and material are those of the default encoder, so that two
generations can be compared by attribute.  The descriptions are written by eye and not measured:
no trained text tower was at hand.  `lookalike evaluate attributes` tells how a model does.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from lookalike.domain.arrays import Floats

Embed = Callable[[Sequence[str]], Floats]
"""texts -> (count, embedding) unit rows."""

TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "pattern": ("a product with {}", "a close-up photo of fabric with {}"),
    "style": ("a photo of {}", "a product photo of {} from an online shop"),
    "material": ("a product made of {}", "a close-up photo of {}"),
    "product_type": ("a photo of {}", "a product photo of {} on a plain background"),
}

DESCRIPTIONS: Mapping[str, Mapping[str, str]] = {
    "pattern": {
        "solid": "a single plain color and no pattern",
        "striped": "stripes",
        "checked": "a checked or plaid pattern",
        "dotted": "polka dots",
        "floral": "a floral pattern",
        "graphic": "a printed graphic, logo or text",
        "animal": "an animal print, such as leopard or zebra",
        "camouflage": "a camouflage pattern",
        "zigzag": "a zigzag or chevron pattern",
        "abstract": "an abstract pattern",
    },
    "style": {
        "casual": "casual everyday clothing",
        "sports": "sportswear or sports equipment",
        "ethnic": "traditional ethnic clothing",
        "formal": "formal business clothing",
        "smart casual": "smart casual clothing",
        "party": "elegant evening or party clothing",
        "travel": "travel gear and luggage",
    },
    "material": {
        "fabric": "woven fabric",
        "denim": "denim",
        "knit": "knitted wool",
        "satin": "shiny satin or silk",
        "canvas": "canvas",
        "synthetic": "synthetic technical fabric",
        "leather": "leather",
        "metal": "metal",
        "plastic": "plastic",
        "glass": "glass",
        "paper": "paper or cardboard",
        "organic": "fruit, vegetables or plants",
        "wood": "wood",
        "stone": "stone, marble or ceramic",
    },
    "product_type": {
        "Backpacks": "a backpack",
        "Belts": "a belt",
        "Boots": "a pair of boots",
        "Bra": "a bra",
        "Bracelet": "a bracelet",
        "Briefs": "a pair of briefs",
        "Caps": "a cap",
        "Casual Shoes": "a pair of sneakers",
        "Clutches": "a clutch bag",
        "Coats": "a coat",
        "Dresses": "a dress",
        "Earrings": "a pair of earrings",
        "Flats": "a pair of ballet flats",
        "Flip Flops": "a pair of flip flops",
        "Formal Shoes": "a pair of formal leather shoes",
        "Handbags": "a handbag",
        "Hats": "a hat",
        "Heels": "a pair of high heels",
        "Jackets": "a jacket",
        "Jeans": "a pair of jeans",
        "Jumpsuits": "a jumpsuit",
        "Kurtas": "a kurta",
        "Leggings": "a pair of leggings",
        "Lipstick": "a lipstick",
        "Nail Polish": "a bottle of nail polish",
        "Necklace and Chains": "a necklace",
        "Nightdress": "a nightdress",
        "Perfume and Body Mist": "a bottle of perfume",
        "Ring": "a finger ring",
        "Sandals": "a pair of sandals",
        "Sarees": "a saree",
        "Scarves": "a scarf",
        "Shirts": "a button-up shirt",
        "Shorts": "a pair of shorts",
        "Skirts": "a skirt",
        "Socks": "a pair of socks",
        "Sports Shoes": "a pair of running shoes",
        "Suits": "a suit",
        "Sunglasses": "a pair of sunglasses",
        "Sweaters": "a sweater",
        "Sweatshirts": "a sweatshirt or hoodie",
        "Swimwear": "swimwear",
        "Ties": "a necktie",
        "Tops": "a women's top or blouse",
        "Track Pants": "a pair of track pants",
        "Trousers": "a pair of trousers",
        "Tshirts": "a t-shirt",
        "Tunics": "a tunic",
        "Wallets": "a wallet",
        "Watches": "a wristwatch",
        "Armchairs": "an armchair",
        "Beds": "a bed",
        "Benches": "a bench",
        "Bookcases": "a bookcase or shelf",
        "Cabinets": "a cabinet or sideboard",
        "Chairs": "a chair",
        "Curtains": "curtains",
        "Cushions": "a cushion",
        "Desks": "a desk",
        "Dressers": "a chest of drawers",
        "Lamps": "a lamp",
        "Mirrors": "a mirror",
        "Ottomans": "an ottoman or pouf",
        "Pictures": "a framed picture",
        "Plants": "a potted plant",
        "Rugs": "a rug",
        "Sofas": "a sofa",
        "Stools": "a stool",
        "Tables": "a table",
        "Vases": "a vase",
        "Wardrobes": "a wardrobe",
        "Crockery": "plates, bowls or cups",
        "Toys": "a toy",
        "Fruit and Vegetables": "fruit or vegetables",
        "Packaged Food": "packaged food or drink",
    },
}
"""Head -> class -> its description.  Class names that the default encoder also has are spelled
as there."""

CLASSES: Mapping[str, tuple[str, ...]] = {
    head: tuple(classes) for head, classes in DESCRIPTIONS.items()
}
"""Head -> its class names, in the order of the probabilities."""

PROMPTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    head: {
        name: tuple(template.format(said) for template in TEMPLATES[head])
        for name, said in classes.items()
    }
    for head, classes in DESCRIPTIONS.items()
}
"""Head -> class -> the sentences that stand for it."""


def class_rows(embed: Embed) -> dict[str, Floats]:
    """Head -> (classes, embedding) unit rows, each the mean of its class's sentences."""
    found = {}
    for head, classes in PROMPTS.items():
        means = np.stack([embed(sentences).mean(axis=0) for sentences in classes.values()])
        found[head] = np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float32)
    return found


def probabilities(rows: Floats, classes: Floats, logit_scale: float) -> Floats:
    """(count, classes) softmax of the scaled cosines of (count, embedding) unit rows."""
    # Not `@`: BLAS adds in another order for other counts, and a picture's result must not
    # depend on its companions.
    cosines = np.einsum("ie,ce->ic", rows, classes)
    logits = logit_scale * cosines
    powers = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)
