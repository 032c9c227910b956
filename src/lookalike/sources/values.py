"""The meaning of cells: text, price, currency, stock.  Each raises ValueError with the reason."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from lookalike.domain.product import MAX_PRICE

MAX_TEXT_CHARACTERS = 100_000
"""Twenty times the longest description Google Merchant Center takes; beyond it is an accident."""

CURRENCY_SIGNS = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₺": "TRY", "₩": "KRW", "₽": "RUB", "₴": "UAH",
    "₪": "ILS", "₫": "VND", "฿": "THB", "₦": "NGN", "zł": "PLN", "Kč": "CZK", "R$": "BRL",
    "US$": "USD", "CA$": "CAD", "C$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD",
    "HK$": "HKD", "S$": "SGD", "$": "USD",
}  # fmt: skip
"""Signs of one currency, and "$", read as the one it most often is; ¥ and kr are left open."""
OPEN_SIGNS = ("¥", "￥", "kr", "kr.", "Rs", "Rs.", "Fr.")
THREE_DECIMALS = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}

TRUE_WORDS = (
    "true yes y t instock available limitedavailability onlineonly instoreonly availablefororder"
    " active si oui ja"
)
FALSE_WORDS = (
    "false no n f outofstock soldout unavailable notavailable discontinued preorder backorder"
    " onbackorder presale pending inactive non nein"
)
"""Pre-orders and back-orders are not in stock: the shopper cannot have them now."""
_STOCK = dict.fromkeys(TRUE_WORDS.split(), True) | dict.fromkeys(FALSE_WORDS.split(), False)

_UNCLEAN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_JOINED = str.maketrans("", "", " _-\t\n")

_PRICE = re.compile(
    r"(?P<before>[^\d.,+\-\u2212()]*)(?P<sign>[+\-\u2212]?)\s*(?P<before2>[^\d.,+\-\u2212()]*)"
    r"(?P<number>\d[\d.,'\u2019\s]*|[.,]\d+)(?P<after>\D*)",
    re.ASCII,
)
_PLAIN = re.compile(r"\d{1,11}(\.\d\d?)?", re.ASCII)
_FLOAT = re.compile(r"\d+(\.\d+)?[eE][+-]?\d{1,3}", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}([.,'\u2019 ])\d{3}(\1\d{3})*", re.ASCII)


@dataclass(frozen=True)
class Priced:
    """An amount whose currency is known, where the two did not stand in one cell."""

    amount: Decimal
    currency: str


def text(value: object) -> str | None:
    """Text without outer blanks and control characters; None for an empty value."""
    if isinstance(value, str):
        words = value.strip()
        if not words.isprintable():
            words = "".join(map(_visible, words)).strip()
    elif value is None:
        return None
    elif isinstance(value, tuple):
        words = " > ".join(part for part in map(text, value) if part)
    elif isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        words = str(int(value))  # a data frame turns whole numbers into floats
    else:
        words = str(value)
    if len(words) > MAX_TEXT_CHARACTERS:
        raise ValueError(f"has {len(words)} characters; at most {MAX_TEXT_CHARACTERS} are allowed")
    return words or None


def is_clean(words: str) -> bool:
    """Whether every character can be stored and shown: no control or half character."""
    return words.isprintable() or not _UNCLEAN.search(words)


def price(value: object) -> tuple[Decimal | None, str | None]:
    """The amount and, where the cell names it, the currency: "39,90 €" is (39.90, EUR)."""
    if value is None or isinstance(value, bool):
        if value is None:
            return None, None
        raise ValueError(f"is {value}, not a number")
    if isinstance(value, Priced):
        return _checked(value.amount, str(value.amount)), value.currency
    if isinstance(value, int | float | Decimal):
        return _checked(Decimal(str(value)), str(value)), None
    words = text(value)
    if words is None:
        return None, None
    if _PLAIN.fullmatch(words):
        return Decimal(words), None
    if _FLOAT.fullmatch(words):
        return _checked(Decimal(words), words), None
    match = _PRICE.fullmatch(words)
    if not match:
        raise ValueError(f"is {words[:60]!r}, not a number")
    signs = [match["before"].strip(), match["before2"].strip(), match["after"].strip()]
    named = [sign for sign in signs if sign]
    code = _sign_currency(named[0]) if named else None
    if len(named) > 1 or (named and code is None and named[0] not in OPEN_SIGNS):
        raise ValueError(f"is {words[:60]!r}, not one number with a currency")
    amount = _amount(match["number"].strip(), code)
    return _checked(-amount if match["sign"] in {"-", "\N{MINUS SIGN}"} else amount, words), code


def version(value: object) -> int | None:
    """A whole number as it is, a moment in ISO 8601 as its microseconds since 1970 (UTC)."""
    if value is None or isinstance(value, bool | tuple):
        if value is None or value == ():
            return None
        raise ValueError(f"is {value}, neither a whole number nor a moment")
    words = text(value)
    if words is None:
        return None
    if re.fullmatch(r"\d{1,18}", words, re.ASCII):
        return int(words)
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        raise ValueError(f"is {words[:60]!r}, neither a whole number nor a moment") from None
    since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    if since < timedelta(0):
        raise ValueError(f"is {words[:60]!r}, before 1970")
    return since // timedelta(microseconds=1)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def currency(value: object) -> str | None:
    """The ISO 4217 code of a currency cell."""
    words = text(value)
    if words is None:
        return None
    code = _sign_currency(words)
    if code is None:
        raise ValueError(f"is {words[:60]!r}, not a three-letter currency code")
    return code


def in_stock(value: object) -> bool | None:
    """Whether the product can be had now; a quantity is in stock when it is above zero."""
    if value is None or isinstance(value, bool):
        return value
    words = text(value)
    if words is None:
        return None
    word = words.rsplit("/", 1)[-1].translate(_JOINED).casefold()
    if word in _STOCK:
        return _STOCK[word]
    try:
        quantity = float(words.replace(",", "."))
    except ValueError:
        quantity = float("nan")
    if quantity != quantity:
        raise ValueError(f"is {words[:60]!r}, which is neither yes, no nor a quantity")
    return quantity > 0


def _amount(number: str, code: str | None) -> Decimal:
    """Tell decimal marks from grouping marks.

    With both marks the later is the decimal one; a mark that comes twice groups.  Alone
    before exactly three digits, a comma groups; a point does only next to a currency, for
    a bare 104.125 was written by a machine.  See docs/decisions/0031.
    """
    number = re.sub(r"(?<=\d)[\s'\u2019](?=\d{3}(\D|$))", "", number)
    marks = [character for character in number if character in ".,"]
    if len(set(marks)) == 2:
        group = marks[0]
        whole, _, part = number.rpartition(marks[-1])
        if marks.count(marks[-1]) > 1 or not (_GROUPED.fullmatch(whole) and group in whole):
            raise ValueError(f"is {number!r}, whose marks do not make one number")
        number = f"{whole.replace(group, '')}.{part}"
    elif len(marks) > 1 or (marks and _groups(number, marks[0], code)):
        if not _GROUPED.fullmatch(number):
            raise ValueError(f"is {number!r}, whose marks do not make one number")
        number = number.replace(marks[0], "")
    number = number.replace(",", ".")
    if not re.fullmatch(r"\d+\.?\d*|\.\d+", number, re.ASCII):
        raise ValueError(f"is {number!r}, not a number")
    return Decimal(number)


def _groups(number: str, mark: str, code: str | None) -> bool:
    whole, _, part = number.partition(mark)
    if len(part) != 3 or not 1 <= len(whole) <= 3 or whole.startswith("0"):
        return False
    return code not in THREE_DECIMALS and (mark == "," or code is not None)


def _checked(amount: Decimal, shown: str) -> Decimal:
    if not amount.is_finite():
        raise ValueError(f"is {shown[:60]}, not a number")
    if amount < 0:
        raise ValueError(f"is {shown[:60]}, below zero")
    if amount > MAX_PRICE:
        raise ValueError(f"is {shown[:60]}, above {MAX_PRICE}")
    return amount


def _sign_currency(sign: str) -> str | None:
    if sign in CURRENCY_SIGNS:
        return CURRENCY_SIGNS[sign]
    bare = sign.rstrip(".:").strip()
    if len(bare) == 3 and bare.isascii() and bare.isalpha():
        return bare.upper()
    return None


def _visible(character: str) -> str:
    if character in "\n\t":
        return character
    if "\ud800" <= character <= "\udfff":  # half a character: no text encoding can store it
        return "\N{REPLACEMENT CHARACTER}"
    if character.isspace():
        return " "
    return "" if _UNCLEAN.match(character) else character
