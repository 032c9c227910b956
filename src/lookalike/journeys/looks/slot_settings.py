"""What a merchant changed of the slot table, and look types of its own: kept with the collection.

They are settings of the collection in the database, so every process sees a change in its next
question, and no index has to be built anew.
"""

import json
import threading
from collections.abc import Mapping
from functools import partial
from typing import Any

from lookalike.domain.attributes import Decision
from lookalike.domain.look_templates import COLLECTION, TEMPLATES, Template, check_slot
from lookalike.domain.slots import SlotTable, folded
from lookalike.errors import InvalidInput, NotFound
from lookalike.journeys.catalog.carried import Carried
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.looks.columns import LookView, look_view, looked_along
from lookalike.storage.collection import Collection

KINDS, TEMPLATES_KEY = "slot_kinds", "look_templates"


class LookViews:
    """Keeps the newest view of one collection read for looks; safe to share between threads."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._lock = threading.Lock()
        self._kept: tuple[str, Carried[LookView]] | None = None

    def of(self, view: CatalogView) -> LookView:
        """The view with slots and facets; read anew where the table has changed."""
        settings: dict[str, Any] = self._collection.settings()  # written below
        key = json.dumps([settings.get(KINDS), settings.get(TEMPLATES_KEY)], sort_keys=True)
        with self._lock:
            if self._kept is None or self._kept[0] != key:
                self._kept = (key, self._carried(slot_table(settings)))
            carried = self._kept[1]
        return carried.of(view)

    def _carried(self, table: SlotTable) -> Carried[LookView]:
        return Carried(
            partial(look_view, table=table, decided=self._decided),
            partial(looked_along, decided=self._decided),
        )

    def _decided(self, skus: frozenset[str] | None) -> Mapping[str, str]:
        return decided_types(self._collection.decisions.of(skus))


def slot_table(settings: Mapping[str, Any]) -> SlotTable:
    """The documented table with the merchant's changes."""
    templates = {
        name: Template(
            name,
            tuple(one.get("required", ())),
            tuple(one.get("optional", ())),
            tuple(tuple(tuple(group) for group in way) for way in one.get("either", ())),
        )
        for name, one in (settings.get(TEMPLATES_KEY) or {}).items()
    }
    return SlotTable(dict(settings.get(KINDS) or {}), {**TEMPLATES, **templates})


def set_slot(collection: Collection, kind: str, slot: str | None) -> SlotTable:
    """Let a kind, category or product type stand in a slot; None takes the merchant's word back.

    Raises InvalidInput for a word that is no slot, NotFound where there is nothing to take back.
    """
    settings: dict[str, Any] = collection.settings()
    table = slot_table(settings)
    if slot is None and folded(kind) not in table.kinds:
        raise NotFound(
            f'Nothing was set for "{kind}".', hint="lookalike slots shows what stands where."
        )
    changed = table.with_kind(kind, slot)
    collection.update_settings({KINDS: dict(changed.kinds)})
    return changed


def set_template(
    collection: Collection, name: str, required: tuple[str, ...], optional: tuple[str, ...]
) -> Template:
    """Make or replace a look type.  Raises InvalidInput for built-in names and wrong slots."""
    plain = folded(name)
    if plain in TEMPLATES or plain == COLLECTION:
        raise InvalidInput(f'"{plain}" is built in.', hint="Choose another name.")
    if not plain:
        raise InvalidInput("The look type has no name.")
    made = Template(
        plain,
        tuple(check_slot(slot) for slot in required),
        tuple(check_slot(slot) for slot in optional),
    )
    settings: dict[str, Any] = collection.settings()
    kept = dict(settings.get(TEMPLATES_KEY) or {})
    kept[plain] = {"required": list(made.required), "optional": list(made.optional)}
    collection.update_settings({TEMPLATES_KEY: kept})
    return made


def forget_template(collection: Collection, name: str) -> None:
    """Remove a look type.  Raises NotFound."""
    settings: dict[str, Any] = collection.settings()
    kept = dict(settings.get(TEMPLATES_KEY) or {})
    if kept.pop(folded(name), None) is None:
        raise NotFound(f'There is no look type "{name}" of your own.')
    collection.update_settings({TEMPLATES_KEY: kept})


def decided_types(decisions: Mapping[str, tuple[Decision, ...]]) -> dict[str, str]:
    """sku -> the product type that a person decided."""
    return {
        sku: one.value
        for sku, many in decisions.items()
        for one in many
        if one.attribute == "product_type"
    }
