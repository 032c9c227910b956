"""XML feeds, RSS and Atom: item by item, each parsed alone, so that a broken one is lost alone."""

import codecs
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TextIO
from xml.parsers import expat

from lookalike.domain.problems import Problem
from lookalike.errors import InvalidInput
from lookalike.sources.encoding import Encoding, text_encoding
from lookalike.sources.lines import MAX_RECORD_CHARACTERS
from lookalike.sources.nested import MAX_DEPTH
from lookalike.sources.protocol import Record

CHUNK_CHARACTERS = 1 << 16
HEAD_CHARACTERS = 1 << 20
HEADER_RECORDS = 1000
"""XML has no header: its columns are the elements of this many first items."""
MERCHANT_NAMESPACE = "http://base.google.com/ns/1.0"

_ITEM = re.compile(r"<((?:[\w\-]+:)?(?:item|entry|product))(?=[\s/>])", re.IGNORECASE)
_PREFIX = re.compile(r"xmlns:([\w\-]+)\s*=\s*[\"']" + re.escape(MERCHANT_NAMESPACE))
_DECLARED = re.compile(r"<\?xml[^>]*encoding\s*=\s*[\"']([\w.\-]+)")
SINGLE = frozenset({"title", "link", "product_type", "google_product_category"})
"""Of these the first counts where an item has several."""


class XmlFeed:
    """A RecordReader of the items of RSS, Atom or a plain list of <product> elements.

    Nothing outside the file is ever read and no entity is ever declared: a document type
    declaration, which could do either, is refused.  Elements of Google's namespace lose
    their prefix; a nested one is named with a point, as in shipping.country.
    """

    def __init__(self, path: Path) -> None:
        self.location = str(path)
        self._path = path
        self._encoding = _encoding(path)
        with self._open() as file:
            head = file.read(HEAD_CHARACTERS)
        first = _ITEM.search(head)
        before = head[: first.start()] if first else head
        if "<!DOCTYPE" in re.sub(r"<!--.*?-->", "", before, flags=re.DOTALL).upper():
            raise InvalidInput(
                f"{path} declares a document type, which is not read: it can name other files.",
                hint="Export the feed without <!DOCTYPE ...>.",
            )
        if not first:
            raise InvalidInput(
                f"{path} is XML without an <item>, <entry> or <product>.",
                hint="Give an RSS or Atom product feed, or export the catalogue as CSV.",
            )
        self._tag = first[1]
        self._prefixes = {"g", *_PREFIX.findall(before)}
        found = islice((r for r in self.records() if isinstance(r, Record)), HEADER_RECORDS)
        self.columns = tuple(dict.fromkeys(name for record in found for name in record.values))

    def records(self) -> Iterator[Record | Problem]:
        if self._encoding.problem:
            yield self._encoding.problem
        with self._open() as file:
            for line, text, fault in _items(file, self._tag, self.location):
                if fault:
                    yield self._problem(line, *fault)
                    continue
                try:
                    yield Record(line, self.location, _values(text, self._prefixes))
                except expat.ExpatError as error:
                    place = line + error.lineno - 1
                    said = expat.ErrorString(error.code)
                    yield self._problem(line, "bad_xml", f"is not XML on line {place} ({said})")

    def count_hint(self) -> int | None:
        """From the file's size and the number of items in its first megabyte."""
        with self._open() as file:
            sample = file.read(HEAD_CHARACTERS)
        items = len(_ITEM.findall(sample))
        return max(1, round(items * self._path.stat().st_size / max(1, len(sample.encode()))))

    def _open(self) -> TextIO:
        return self._path.open(encoding=self._encoding.name, errors="replace")

    def _problem(self, line: int, code: str, what: str) -> Problem:
        message = f"The <{self._tag}> that begins on line {line} {what}."
        return Problem(line, None, self.location, code, message)


def _encoding(path: Path) -> Encoding:
    """What the declaration says, unless the bytes themselves say UTF-8 or UTF-16."""
    found = text_encoding(path)
    if found.problem is None:
        return found
    with path.open("rb") as file:
        declared = _DECLARED.match(file.read(200).decode("ascii", "replace"))
    if declared and not declared[1].lower().startswith("utf"):
        try:
            return Encoding(codecs.lookup(declared[1]).name)
        except LookupError:
            pass
    return found


Fault = tuple[str, str] | None


def _items(file: TextIO, tag: str, location: str) -> Iterator[tuple[int, str, Fault]]:
    """(first line, text, fault) of every item, in bounded memory.

    Raises InvalidInput when the root does not end: what was cut off must not look removed.
    """
    scan = _Scan(file, tag)
    yield from scan.items()
    if not scan.ended:
        raise InvalidInput(
            f"The feed {location} does not end: its last lines are missing.",
            hint="Export or download it again.",
        )


class _Scan:
    """Finds items in a stream by their tags, past comments and CDATA."""

    def __init__(self, file: TextIO, tag: str) -> None:
        name = re.escape(tag)
        self._token = re.compile(
            rf"(?P<skip><!--|<!\[CDATA\[)|(?P<start><{name}(?=[\s/>]))|(?P<end></{name}\s*>)"
            r"|(?P<root></(?:rss|feed|channel|rdf:RDF|products|catalog|items)\s*>)"
        )
        self._longest = len(tag) + 64
        self._file = file
        self._text = ""
        self._line = 1  # of the beginning of the text
        self._offset = 0  # of the beginning of the text in the stream
        self._at_end = False
        self._blind = {"-->": 0, "]]>": 0}  # offset up to which there is none, once sought in vain
        self.ended = False

    def items(self) -> Iterator[tuple[int, str, Fault]]:
        start: int | None = None
        position = 0
        while True:
            match = self._token.search(self._text, position)
            if match is None:
                position = max(position, len(self._text) - self._longest)
                if start is not None and len(self._text) - start > MAX_RECORD_CHARACTERS:
                    limit = f"is longer than {MAX_RECORD_CHARACTERS} characters"
                    yield self._place(start), "", ("record_too_long", limit)
                    start = None
                if not self._more():
                    break
                keep = position if start is None else start
                position, start = position - keep, None if start is None else 0
                self._drop(keep)
            elif match["skip"]:
                position = self._skip(match.end(), "-->" if match[0] == "<!--" else "]]>")
            elif match["start"]:
                if start is not None:
                    yield self._place(start), "", ("unclosed_item", "has no end of its own")
                start, position = match.start(), match.end()
            elif match["end"]:
                if start is not None:
                    yield self._place(start), self._text[start : match.end()], None
                start, position = None, match.end()
            else:
                self.ended, position = True, match.end()
        if start is not None:
            yield self._place(start), "", ("unclosed_item", "has no end of its own")

    def _skip(self, position: int, closing: str) -> int:
        """Behind the closing mark; where it is when there is none within the longest record."""
        if self._offset + position < self._blind[closing]:
            return position
        sought = position
        while True:
            found = self._text.find(closing, sought)
            if found >= 0:
                return found + len(closing)
            sought = max(position, len(self._text) - len(closing))
            too_far = len(self._text) - position > MAX_RECORD_CHARACTERS
            if too_far or not self._more():
                self._blind[closing] = self._offset + len(self._text) - len(closing)
                return position

    def _more(self) -> bool:
        chunk = "" if self._at_end else self._file.read(CHUNK_CHARACTERS)
        self._at_end = not chunk
        self._text += chunk
        return bool(chunk)

    def _drop(self, count: int) -> None:
        self._line += self._text.count("\n", 0, count)
        self._offset += count
        self._text = self._text[count:]

    def _place(self, start: int) -> int:
        return self._line + self._text.count("\n", 0, start)


def _values(text: str, prefixes: set[str]) -> dict[str, object]:
    """The leaves of one item by name, those that come several times as tuples."""
    tree = _Tree(prefixes)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.text
    parser.Parse(text, True)
    found: dict[str, object] = {}
    for leaves in (tree.other, tree.merchant):  # of <title> and <g:title> the latter counts
        for name, said in leaves.items():
            found[name] = said[0] if len(said) == 1 or name in SINGLE else tuple(said)
    return found


class _Tree:
    """The leaves seen so far, and the path to where the parser is."""

    def __init__(self, prefixes: set[str]) -> None:
        self.merchant: dict[str, list[str]] = {}
        self.other: dict[str, list[str]] = {}
        self._prefixes = prefixes
        self._path: list[str] = []
        self._has_children = False
        self._words: list[str] = []
        self._link = ""
        self._is_merchant = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        prefix, colon, local = name.partition(":")
        self._is_merchant = bool(colon) and prefix in self._prefixes
        self._path.append(local if self._is_merchant else name)
        self._has_children = False
        self._words = []
        is_page = attributes.get("rel", "alternate") == "alternate"
        self._link = (attributes.get("href") or attributes.get("url") or "") if is_page else ""

    def text(self, words: str) -> None:
        self._words.append(words)

    def end(self, _name: str) -> None:
        path, self._path = self._path, self._path[:-1]
        if not self._has_children and 1 < len(path) <= MAX_DEPTH:
            said = "".join(self._words).strip() or self._link
            if said:
                leaves = self.merchant if self._is_merchant else self.other
                leaves.setdefault(".".join(path[1:]), []).append(said)
        self._has_children = True
