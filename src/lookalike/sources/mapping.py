"""Which column holds which field of a product: guessed from the names, or as told."""

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence

from lookalike.domain.attributes import VISUAL_ATTRIBUTES
from lookalike.domain.vocabulary import COLUMN_SPELLINGS
from lookalike.errors import InvalidInput

SPELLINGS = {
    # Column names without case, blanks and marks; the first that is there wins, so the more
    # specific stands before the more general.  From the feed specifications of Google, Meta
    # and OpenAI, the exports of Shopify, WooCommerce and Magento, and public data sets.
    "sku": "sku productsku productid articleid itemid articlenumber itemnumber stylecode"
    " productcode id gid handle variantsku asin gtin ean artikelnummer",
    "image": "image imagelink imageurl images imageurls imagelinks imagesrc mainimage"
    " mainimageurl mainimagelink baseimage productimage productimages productimageurl"
    " imagepath imagefile imagefilename photo photos photourl picture pictures pictureurl"
    " pictureurls img imgurl imgs imglink variantimage gimagelink media mediaurl featuredimage"
    " thumbnail thumbnailurl bild bildurl filename filepath file path",
    "name": "name title productname producttitle productdisplayname displayname itemname"
    " articlename prodname gtitle artikelname titel bezeichnung",
    "category": "articletype producttype producttypename producttypeen gproducttype subcategory"
    " category categoryname categories productcategory productcategories categorypath"
    " googleproductcategory fbproductcategory mastercategory kategorie type",
    "brand": "brand brandname vendor manufacturer gbrand marke hersteller",
    "price": "price currentprice variantprice productprice unitprice priceamount pricevalue"
    " offersprice regularprice gprice saleprice listprice retailprice preis",
    "currency": "currency currencycode pricecurrency offerspricecurrency variantcurrency"
    " waehrung wahrung",
    "in_stock": "instock isinstock availability available isavailable stockstatus stock"
    " stockquantity quantity qty inventory inventoryquantity variantinventoryqty inventoryqty"
    " offersavailability gavailability",
    "variant_group": "itemgroupid variantgroup variantgroupid groupid gitemgroupid parentsku"
    " parentid parent parentproductid productgroupid designid",
    "url": "url link producturl productlink productpage permalink weblink offersurl glink",
}
FIELDS = tuple(SPELLINGS)
REQUIRED = ("sku", "image")
ATTRIBUTES = VISUAL_ATTRIBUTES
"""What else a column can be named for; its values stay among the product's extra fields."""

_MORE_IMAGES = re.compile(
    r"g?(additional|other|alternate|alt|extra|more)(image|photo|picture)s?(link|url|src|path)?s?\d*"
    r"|(image|img|photo|picture)(link|url|src|path|file)?\d+"
)

_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_VAGUE_ENDS = (
    "id handle name title titel type url link media file path filename filepath thumbnail stock"
    " available quantity qty inventory parent bild"
)
_VAGUE = frozenset(_VAGUE_ENDS.split())
"""Spellings that say nothing at the end of a longer name: `color_name`, `warehouse_id`."""

_CHANGING = (
    "n nr num number count has is no not old previous prev was before compare min max average"
    " original cost wholesale shipping delivery purchase tax discount rrp msrp size swatch color"
    " colour parent related similar brand category supplier"
)
_OTHER_MEANING = frozenset(_CHANGING.split())
"""Words that make the end of a name mean something else: `shipping_price`, `brand_image`."""

_WHOLE_NAMES = frozenset(
    word
    for table in (SPELLINGS, COLUMN_SPELLINGS)
    for names in table.values()
    for word in names.split()
)


def column_mapping(
    columns: Sequence[str], told: Mapping[str, str | Sequence[str]], *, location: str
) -> dict[str, tuple[str, ...]]:
    """Field -> its columns, in the order of FIELDS; only `image` can have several.

    Attributes stand behind the fields, and only where they are told.

    columns  the header of the source
    told     field -> column (for `image` also a list), which wins over any guess
    Raises InvalidInput for an unknown field or column, or when no sku or image is found.
    """
    mapping = {field: _told(field, names, columns) for field, names in told.items()}
    taken = {name for field in mapping if field in FIELDS for name in mapping[field]}
    plain = {column: _plain(column) for column in columns if column not in taken}
    for field, spellings in SPELLINGS.items():
        if field in mapping:
            continue
        found = _guess(plain, spellings.split())
        if field == "image":
            found += [c for c, name in plain.items() if _MORE_IMAGES.fullmatch(name)]
        if found:
            mapping[field] = tuple(dict.fromkeys(found))
    _add_by_ends(mapping, columns)
    for field in REQUIRED:
        if field not in mapping:
            raise _no_column(field, columns, location)
    return {field: mapping[field] for field in (*FIELDS, *ATTRIBUTES) if field in mapping}


def _guess(plain: Mapping[str, str], spellings: Sequence[str]) -> list[str]:
    for spelling in spellings:
        for column, name in plain.items():
            if name == spelling:
                return [column]
    return []


def _add_by_ends(mapping: dict[str, tuple[str, ...]], columns: Sequence[str]) -> None:
    """Fields that no whole name says, by its last words: `des_product_type` is a product type.

    Only columns that nothing else claims; the longer end wins, then the order of spellings.
    """
    taken = {name for field in mapping for name in mapping[field]}
    taken |= {column for column in columns if _plain(column) in _WHOLE_NAMES}
    ends = {column: _ends(column) for column in columns if column not in taken}
    for field, spellings in SPELLINGS.items():
        if field in mapping:
            continue
        known = [spelling for spelling in spellings.split() if spelling not in _VAGUE]
        for spelling in known:
            column = next((name for name, found in ends.items() if spelling in found), None)
            if column is not None:
                mapping[field] = (column,)
                del ends[column]
                break


def _ends(column: str) -> set[str]:
    """The last words of a name, all but the whole, written together.

    Not behind a word that changes what the name means: `old_price` is no price.
    """
    text = unicodedata.normalize("NFKD", _HUMPS.sub("_", column)).casefold()
    words = [word for word in re.split(r"[\W_]+", text) if word]
    return {
        "".join(words[start:])
        for start in range(1, len(words))
        if not _OTHER_MEANING & set(words[:start])
    }


def _plain(column: str) -> str:
    text = unicodedata.normalize("NFKD", column).casefold()
    return "".join(character for character in text if character.isalnum())


def _told(field: str, names: str | Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    if field not in FIELDS and field not in ATTRIBUTES:
        raise InvalidInput(
            f'"{field}" is not a field that a column can be mapped to.',
            hint=f"{_nearest(field, (*FIELDS, *ATTRIBUTES))}The fields are {', '.join(FIELDS)};"
            f" the attributes {', '.join(ATTRIBUTES)}.",
        )
    chosen = (names,) if isinstance(names, str) else tuple(names)
    if not chosen or (len(chosen) > 1 and field != "image"):
        raise InvalidInput(f"The field {field} is read from one column, not from {list(chosen)}.")
    return tuple(_column(name, columns) for name in chosen)


def _column(name: str, columns: Sequence[str]) -> str:
    if name in columns:
        return name
    alike = [column for column in columns if _plain(column) == _plain(name)]
    if len(alike) == 1:
        return alike[0]
    raise InvalidInput(
        f'There is no column "{name}".',
        hint=f"{_nearest(name, columns)}The columns are {_listed(columns)}.",
    )


def _no_column(field: str, columns: Sequence[str], location: str) -> InvalidInput:
    free = columns[min(len(columns) - 1, REQUIRED.index(field))] if columns else "COLUMN"
    return InvalidInput(
        f"No column of {location} has a name that is known for the {field}.",
        hint=f"The columns are {_listed(columns)}. Name the right one, for example"
        f" --map '{field}={free}'.",
    )


def _nearest(name: str, known: Sequence[str]) -> str:
    by_plain = {_plain(other): other for other in known}
    close = difflib.get_close_matches(_plain(name), by_plain, n=1)
    return f'Did you mean "{by_plain[close[0]]}"? ' if close else ""


def _listed(columns: Sequence[str], limit: int = 40) -> str:
    shown = ", ".join(f'"{column[:60]}"' for column in columns[:limit])
    return shown + (f" and {len(columns) - limit} more" if len(columns) > limit else "")
