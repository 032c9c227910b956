"""Look types: which slots a look of a name has, and which of them it cannot do without."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lookalike.domain.slot_table import NO_SLOT, SLOTS
from lookalike.domain.steering import nearest
from lookalike.errors import InvalidInput

LONGEST_SLOT = 40


def check_slot(slot: str) -> str:
    """A slot name as it is kept.  Merchants may name their own.  Raises InvalidInput."""
    plain = slot.strip().casefold()
    if not re.fullmatch(r"[^\W_][\w -]*", plain) or len(plain) > LONGEST_SLOT:
        raise InvalidInput(
            f"{slot[:60]!r} is not a slot.{nearest(slot, SLOTS)}",
            hint=f"Use one of {', '.join(SLOTS)}, {NO_SLOT} or a short name of your own.",
        )
    return plain


@dataclass(frozen=True)
class Template:
    """A named look type: its slots in the order of their importance.

    required  a look without one of these is none
    optional  filled where something suits
    either    groups of which one is enough: a one-piece, or top and bottom
    """

    name: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    either: tuple[tuple[tuple[str, ...], ...], ...] = ()

    def __post_init__(self) -> None:
        if not self.slots:
            raise InvalidInput(f'The look type "{self.name}" names no slot.')
        for slot in self.slots:
            check_slot(slot)
            if self.slots.count(slot) > 1:
                raise InvalidInput(f'The look type "{self.name}" names the slot {slot} twice.')

    @property
    def slots(self) -> tuple[str, ...]:
        grouped = tuple(slot for groups in self.either for group in groups for slot in group)
        return (*grouped, *self.required, *self.optional)


OUTFIT = Template(
    "outfit",
    either=((("top", "bottom"), ("one-piece",)),),
    required=("shoes",),
    optional=("bag", "outer", "accessory"),
)
ROOM = Template(
    "room",
    required=("seat",),
    optional=("table", "light", "rug", "textile", "storage", "decor", "plant"),
)
COLLECTION = "collection"
"""The look type without slots: one brand or line and palette, each piece of another kind."""

TEMPLATES: Mapping[str, Template] = MappingProxyType({"outfit": OUTFIT, "room": ROOM})
