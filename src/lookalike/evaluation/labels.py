"""Labels as people wrote them: when two are the same, and which value one means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lookalike.errors import InvalidInput

EXAMPLE = 'For example {"Navy Blue": "blue", "Multi": null}.'
PARTS = ("labels", "values")
ANY_OTHER = "*"
"""In a map: every label that the map does not name."""


def folded(text: str) -> str:
    """What stays equal: without case and without blanks around or doubled within."""
    return " ".join(text.split()).casefold()


def spellings(texts: Iterable[str]) -> dict[str, str]:
    """Folded text -> how it was spelled first."""
    found: dict[str, str] = {}
    for text in texts:
        found.setdefault(folded(text), " ".join(text.split()))
    return found


@dataclass(frozen=True)
class LabelMap:
    """Which value a label means, by folded text; a text that is not here means itself.

    labels  label -> value, or None for a label that means none and is left out; ANY_OTHER
            speaks for the labels that are not here
    values  value -> the coarser or other word the labels have for it
    """

    labels: Mapping[str, str | None] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)

    def label(self, text: str) -> str | None:
        return self.labels.get(folded(text), self.labels.get(ANY_OTHER, text))

    def value(self, text: str) -> str:
        return self.values.get(folded(text), text)

    @classmethod
    def from_json(cls, content: Any, *, name: str) -> "LabelMap":
        """From {"label": "value" or null, ...}, or from two such objects named in PARTS.

        name  of the file, for messages
        Raises InvalidInput for anything else, and for one label spelled twice with two meanings.
        `Any`: the content of a JSON file, which is checked here.
        """
        if not isinstance(content, dict):
            raise InvalidInput(f"{name} is not a JSON object.", hint=EXAMPLE)
        if content and set(content) <= set(PARTS) and _are_objects(content):
            labels, values = content.get("labels", {}), content.get("values", {})
        else:
            labels, values = content, {}
        folded_values = _folded_map(values, name)
        if None in folded_values.values():
            raise InvalidInput(
                f'{name} maps a value to null under "values".',
                hint='Give every value a word; a label to leave out stands under "labels".',
            )
        words = {value: word for value, word in folded_values.items() if word is not None}
        return cls(_folded_map(labels, name), words)


def _are_objects(content: Mapping[str, Any]) -> bool:
    return all(isinstance(part, dict) for part in content.values())


def _folded_map(pairs: Mapping[str, Any], name: str) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for text, meaning in pairs.items():
        if meaning is not None and not isinstance(meaning, str):
            raise InvalidInput(
                f'{name} maps "{text}" to {meaning!r}, which is neither text nor null.',
                hint=EXAMPLE,
            )
        key = folded(text)
        if key in found and found[key] != meaning:
            raise InvalidInput(
                f'{name} maps "{text}" to {meaning!r} and, spelled another way, to {found[key]!r}.',
                hint="Upper and lower case and blanks do not count; keep one of the two.",
            )
        found[key] = meaning
    return found
