"""What completes this: slots -> candidates -> pair scores -> the best sets, with reasons."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from decimal import Decimal

from lookalike.domain import observe
from lookalike.domain.attributes import VISUAL_ATTRIBUTES
from lookalike.domain.coherence import FACETS
from lookalike.domain.filters import all_of
from lookalike.domain.look_templates import COLLECTION
from lookalike.domain.looks import (
    MOST_ALTERNATIVES,
    MOST_LOOKS,
    MOST_PIECES,
    LookRequest,
    Looks,
)
from lookalike.domain.money import from_units, one_currency
from lookalike.domain.slot_table import SLOTS
from lookalike.domain.slots import look_type_of
from lookalike.domain.steering import nearest
from lookalike.domain.time_budget import Haste, Remaining, endless
from lookalike.journeys.looks.answer import Teller
from lookalike.journeys.looks.candidates import filter_of, search_for
from lookalike.journeys.looks.columns import LookView
from lookalike.journeys.looks.fixed import Fixed, ReadAnchor, fixed_pieces, numbered_piece
from lookalike.journeys.looks.plan import LookPlan, cheap_plan, look_plan, with_pins
from lookalike.journeys.looks.relax import infeasible
from lookalike.journeys.looks.scores import Scales, Solved, Table, left_of, table_of, task_of
from lookalike.journeys.rules.rule_book import NO_RULES, Ruled
from lookalike.journeys.search import paging
from lookalike.journeys.search.personal_order import STRANGER, PersonalOrder
from lookalike.ranking.compatibility import Basis
from lookalike.ranking.look_solver import EMPTY, best_look

FEWER = "looks were made"
MOST_RULE_PINS = 100  # of all rules together; a request may pin more of its own
SAME_AGAIN = 8  # how often a look that was already given is made less attractive before giving up


def complete_look(
    seen: LookView,
    request: LookRequest,
    *,
    read: ReadAnchor,
    basis: Basis,
    personal: PersonalOrder | None = None,
    remaining: Remaining = endless,
    ruled: Ruled = NO_RULES,
) -> Looks:
    """Answer one request from one state of the collection.

    personal   whose tastes decide between pieces that suit about equally
    remaining  seconds left; the list and the first look are always made, what follows is skipped
               in this order: other ways to fill the slots, further looks, alternatives
    ruled      the merchant's rules that act on it; what is fixed in the look stands above them

    Raises NotFound for unknown products, InvalidInput for what cannot be understood or can never
    be one look: two anchors in one slot, mixed currencies, an unknown look type.  What only the
    constraints forbid is no error: `infeasible` says which of them to relax.
    """
    haste = Haste(remaining)
    request, limits = _clamped(request)
    request, scales, strange = _for_user(request, basis, personal)
    request, scales = _by_rules(request, scales, ruled)
    limits += ruled.notes
    digest = _digest(request)
    fixed, wardrobe, notes = fixed_pieces(request, seen, read)
    if not fixed:
        fixed, wardrobe = _first_of(wardrobe, seen)
    look_type = request.look_type or look_type_of(fixed[0].slot)
    left = left_of(request, fixed)
    budget = None if left is None else max(Decimal(0), from_units(left))
    currency = _currency(request, seen, fixed)
    search = search_for(request, seen, fixed, budget, learned=basis.learned)
    if ruled.bonus is not None and ruled.bonus.levels:
        search = replace(search, lifted=ruled.bonus.values > 0)
    with observe.stage("search"):
        plan = look_plan(
            request, seen, fixed, look_type=look_type, search=search, wardrobe=wardrobe
        )
        pins, unknown = _pins(request, seen, search.passing(request.pins))
        plan = with_pins(plan, pins, seen)
    with observe.stage("rank"):
        table, pool = table_of(request, seen, fixed, plan, scales, pins)
    with observe.stage("solve"):
        is_dear = left is not None and left < 0
        found = [] if is_dear else _solved(request, table, plan, left, haste)
    if not found and left is not None and request.looks and look_type != COLLECTION:
        plan = cheap_plan(plan, seen, filter_of(request, seen, fixed, None))
        table, _ = table_of(request, seen, fixed, plan, scales, pins)
        found = [] if left < 0 else _solved(request, table, plan, left, haste)
    if found and request.alternatives and haste.skips("alternatives of pieces were left out"):
        request = replace(request, alternatives=0)
    teller = Teller(request, seen, table, plan, currency, ruled)
    with observe.stage("explain"):
        looks = tuple(teller.look(one) for one in found)
    why = None if found or not request.looks else infeasible(request, seen, table, plan)
    with observe.stage("explain"):
        listed = teller.flat(looks, pool)
    return Looks(
        request_id=paging.short(
            [
                digest,
                *_state(seen),
                f"{_taste_of(personal)}{haste.mark}",
                *ruled.names,
                ruled.version,
            ]
        ),
        generation=seen.view.generation,
        collection_id=seen.view.collection_id,
        look_type=look_type,
        anchors=teller.anchors(),
        complementary=listed,
        looks=looks,
        infeasible=why,
        limits=(*limits, *_fewer(request, found, len(listed), hurried=haste.mark)),
        degraded=(
            *notes,
            *strange,
            *_unheard(request, seen, fixed),
            *plan.notes,
            *unknown,
            *teller.notes(looks),
            *haste.skipped,
        ),
        rules=ruled.names,
    )


def _by_rules(request: LookRequest, scales: Scales, ruled: Ruled) -> tuple[LookRequest, Scales]:
    """The request without what rules exclude and with what they pin in its slot."""
    if not ruled.rules:
        return request, scales
    pins = [pin.sku for pin in ruled.pins[:MOST_RULE_PINS]]
    asked = replace(
        request,
        where=all_of(request.where, ruled.hidden),
        pins=tuple(dict.fromkeys((*request.pins, *pins))),
    )
    return asked, replace(scales, bonus=ruled.bonus)


def _for_user(
    request: LookRequest, basis: Basis, personal: PersonalOrder | None
) -> tuple[LookRequest, Scales, tuple[str, ...]]:
    """The request without what its user hid, what weighs pieces, and what is to be said.

    What the request itself wants in the look stays.
    """
    if personal is None:
        return request, Scales(basis), ()
    wanted = {*request.owned, *request.locked}
    hidden = [sku for sku in personal.hidden if sku not in wanted]
    asked = replace(request, exclude=tuple(dict.fromkeys((*request.exclude, *hidden))))
    if not personal.is_known:
        return asked, Scales(basis), (STRANGER,)
    return asked, Scales(basis, personal.bonus), ()


def _taste_of(personal: PersonalOrder | None) -> str:
    return "" if personal is None else personal.profile.version


def _solved(
    request: LookRequest, table: Table, plan: LookPlan, budget_units: int | None, haste: Haste
) -> list[Solved]:
    """The looks, best first; each next one pays for the pieces that were shown before."""
    found: list[Solved] = []
    used: Counter[int] = Counter()
    given: set[frozenset[int]] = set()
    for number in range(request.looks):
        if number and haste.skips(f"only {number} of {request.looks} {FEWER}"):
            return found
        for _ in range(SAME_AGAIN):
            one = _best(table, plan, budget_units, used, haste)
            if one is None:
                return found
            pieces = [place for _, place in one.chosen(table)]
            used.update(pieces)
            if frozenset(pieces) not in given:
                given.add(frozenset(pieces))
                found.append(one)
                break
        else:
            return found
    return found


def _best(
    table: Table, plan: LookPlan, budget_units: int | None, used: Mapping[int, int], haste: Haste
) -> Solved | None:
    best: Solved | None = None
    for number in range(len(plan.variants)):
        if best is not None and haste.skips("not every way to fill the slots was tried"):
            break
        slots = plan.variant(number)
        task, alone = task_of(table, slots, budget_units=budget_units, used=used)
        solution = best_look(task)
        if solution is None or not _is_a_look(solution.chosen, table):
            continue
        one = Solved(slots, task, solution, alone)
        if best is None or one.score > best.score:
            best = one
    return best


def _is_a_look(chosen: tuple[int, ...], table: Table) -> bool:
    """Something was added, or what was given is a look by itself."""
    return len(table.fixed) > 1 or any(place != EMPTY for place in chosen)


def _first_of(
    wardrobe: Mapping[str, tuple[int, ...]], seen: LookView
) -> tuple[tuple[Fixed, ...], dict[str, tuple[int, ...]]]:
    """A wardrobe without anything fixed starts from its first piece."""
    slot = next(iter(wardrobe))
    rest = {name: numbers for name, numbers in wardrobe.items() if name != slot}
    return (numbered_piece(wardrobe[slot][0], seen, "owned"),), rest


def _currency(request: LookRequest, seen: LookView, fixed: tuple[Fixed, ...]) -> str | None:
    """The one currency of the fixed pieces and of all that may join them.  Raises InvalidInput."""
    own = one_currency(one.document.get("currency") for one in fixed if one.paid)
    if "currency" not in seen.view.index.fields:
        return own
    where = filter_of(request, seen, fixed, None)
    return one_currency((own, *sorted(seen.view.index.counts("currency", where))))


def _pins(
    request: LookRequest, seen: LookView, passing: frozenset[str]
) -> tuple[tuple[int, ...], list[str]]:
    """The numbers of the pins that may be in the look, and a note on each of the others."""
    numbers, notes = [], []
    for sku in request.pins:
        number = seen.view.index.number(sku)
        if number is None:
            notes.append(f"pin: {sku} is not a product of this collection with an image")
        elif sku not in passing:
            notes.append(f"pin: {sku} is left out by stock, budget, filter or who the look is for")
        else:
            numbers.append(number)
    return tuple(numbers), notes


def _unheard(request: LookRequest, seen: LookView, fixed: tuple[Fixed, ...]) -> Iterator[str]:
    """What was asked for and means nothing here."""
    fields = seen.view.index.fields
    known = tuple(dict.fromkeys((*fields, *FACETS, *VISUAL_ATTRIBUTES, "category", "brand")))
    for rule in request.rules:
        if rule.attribute not in known:
            near = nearest(rule.attribute, known)
            yield f'rule: skipped, as no product has a value of "{rule.attribute}".{near}'
    slots = {*SLOTS, *(slot for one in seen.table.templates.values() for slot in one.slots)}
    for slot in request.without:
        if slot not in slots and slot not in seen.table.kinds.values():
            yield f'without: "{slot}" is no slot.{nearest(slot, tuple(sorted(slots)))}'
    for one in fixed:
        if request.budget is not None and one.paid and one.price is None:
            yield f"budget: {one.sku or 'the product'} has no price, so it is not counted"


def _clamped(request: LookRequest) -> tuple[LookRequest, list[str]]:
    most = {"limit": MOST_PIECES, "looks": MOST_LOOKS, "alternatives": MOST_ALTERNATIVES}
    notes = [
        f"{name}: {asked} lowered to {count}"
        for name, count in most.items()
        if (asked := getattr(request, name)) > count
    ]
    lowered = replace(
        request,
        limit=min(request.limit, MOST_PIECES),
        looks=min(request.looks, MOST_LOOKS),
        alternatives=min(request.alternatives, MOST_ALTERNATIVES),
    )
    return lowered, notes


def _fewer(
    request: LookRequest, found: list[Solved], listed: int, *, hurried: str
) -> Iterator[str]:
    if found and len(found) < request.looks and FEWER not in hurried:
        yield f"looks: only {len(found)} different ones can be made"
    if listed < request.limit:
        yield f"limit: only {listed} complementary products go with it"


def _digest(request: LookRequest) -> list[object]:
    kept = [
        item.name for item in fields(LookRequest) if item.name not in ("anchors", "time_budget_ms")
    ]
    anchors = [[paging.compared(one.anchor), dict(one.attributes)] for one in request.anchors]
    return [*anchors, *(getattr(request, name) for name in kept)]


def _state(seen: LookView) -> list[object]:
    view = seen.view
    return [view.collection_id, view.generation, view.change, sorted(seen.table.kinds.items())]
