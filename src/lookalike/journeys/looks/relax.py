"""Why there is no look, and which one constraint to relax: found by trying without each."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from lookalike.domain.filters import Eq, Filter, all_of
from lookalike.domain.look_templates import COLLECTION
from lookalike.domain.looks import Infeasible, LookRequest, Relaxation
from lookalike.domain.money import from_units, spoken
from lookalike.journeys.looks.candidates import filter_of, kept_facets
from lookalike.journeys.looks.columns import SLOT, LookView
from lookalike.journeys.looks.fixed import Fixed
from lookalike.journeys.looks.plan import LookPlan
from lookalike.journeys.looks.scores import Table, task_of
from lookalike.ranking.look_solver import cheapest

FREED = {
    "in_stock": "allow what is sold out",
    "where": "drop the filter",
    "rules": "make no rule required",
    "exclude": "exclude fewer products",
    "coherence": "let go who, which season or which room it is for, with a rule that matches any",
}
"""Constraint -> what to do about it."""


def infeasible(request: LookRequest, seen: LookView, table: Table, plan: LookPlan) -> Infeasible:
    """What stands in the way of the variant that is nearest to being possible.

    table, plan  with a budget those of the cheapest candidates
    """
    if plan.look_type == COLLECTION or not any(plan.variants):
        return Infeasible("Nothing else can be added.", _of_all(request))
    ways = [_way(request, seen, table, plan, number) for number in range(len(plan.variants))]
    return min(ways, key=lambda way: way[0])[1]


def _way(
    request: LookRequest, seen: LookView, table: Table, plan: LookPlan, number: int
) -> tuple[tuple[int, Decimal], Infeasible]:
    """How far one variant is from being possible, and what it would take."""
    fixed, slots = table.fixed, plan.variant(number)
    currency = next((str(c) for one in fixed if (c := one.document.get("currency"))), None)
    empty = [one.slot for one in slots if one.required and not len(one.products)]
    if empty:
        return (len(empty), Decimal(0)), _nothing(request, seen, fixed, empty[0])
    task, _ = task_of(table, slots, budget_units=None, used={})
    least = cheapest(task)
    if request.budget is None or least is None:
        needed = [one.slot for one in slots if one.required]
        return (0, Decimal(0)), Infeasible(
            f"No {_listed(needed)} go together under the rules.",
            (Relaxation("rules", FREED["rules"]), *(_drop(slot) for slot in needed)),
        )
    spent = sum((one.price for one in fixed if one.paid and one.price), start=Decimal(0))
    lows = {
        one.slot: from_units(int(choices.prices.min()))
        for one, choices in zip(slots, task.slots, strict=True)
        if one.required
    }
    needs = spent + from_units(least)
    return (0, needs), _too_little(request.budget, spent, lows, needs, currency)


def _too_little(
    budget: Decimal,
    spent: Decimal,
    least: dict[str, Decimal],
    needs: Decimal,
    currency: str | None,
) -> Infeasible:
    more = needs - budget
    relax = [Relaxation("budget", f"raise the budget by {spoken(more, currency)}")]
    if spent > budget:
        reason = (
            f"What the look starts from costs {spoken(spent, currency)} already,"
            f" more than the budget of {spoken(budget, currency)}."
        )
        relax.append(Relaxation("owned", "name it as owned, so that it costs nothing"))
        return Infeasible(reason, tuple(relax))
    relax += [
        Relaxation("slot", f"drop the {slot} (from {spoken(price, currency)})")
        for slot, price in least.items()
        if price >= more and len(least) > 1
    ]
    if len(least) == 1:
        (slot,) = least
        left = spoken(budget - spent, currency)
        return Infeasible(f"There is no {slot} under {left} that fits.", (*relax, _drop(slot)))
    reason = (
        f"The cheapest {_listed(list(least))} cost {spoken(needs, currency)} together with what"
        f" the look starts from; the budget is {spoken(budget, currency)}."
    )
    return Infeasible(reason, tuple(relax))


def _nothing(request: LookRequest, seen: LookView, fixed: Sequence[Fixed], slot: str) -> Infeasible:
    """No product of a slot passes: which constraints, each alone, keep them all out?"""
    tries: dict[str, Filter | None] = {}
    if request.in_stock:
        tries["in_stock"] = filter_of(replace(request, in_stock=False), seen, fixed, None)
    if request.where is not None:
        tries["where"] = filter_of(replace(request, where=None), seen, fixed, None)
    if any(rule.required for rule in request.rules):
        freed = tuple(replace(rule, required=False) for rule in request.rules)
        tries["rules"] = filter_of(replace(request, rules=freed), seen, fixed, None)
    if request.exclude or request.bans:
        tries["exclude"] = filter_of(replace(request, exclude=(), bans=()), seen, fixed, None)
    if kept_facets(request):
        tries["coherence"] = filter_of(request, seen, (), None)
    relax = [
        Relaxation(name, FREED[name]) for name, where in tries.items() if _count(seen, slot, where)
    ]
    return Infeasible(
        f"Nothing for the slot {slot} passes every constraint.", (*relax, _drop(slot))
    )


def _drop(slot: str) -> Relaxation:
    return Relaxation("slot", f"make the look without {slot}")


def _of_all(request: LookRequest) -> tuple[Relaxation, ...]:
    names = ["in_stock"] if request.in_stock else []
    names += ["where"] if request.where is not None else []
    found = [Relaxation(name, FREED[name]) for name in names]
    if request.budget is not None:
        found.append(Relaxation("budget", "raise the budget"))
    return tuple(found)


def _count(seen: LookView, slot: str, where: Filter | None) -> int:
    return len(seen.view.index.select(all_of(Eq(SLOT, slot), where)))


def _listed(slots: Sequence[str]) -> str:
    return " and ".join((", ".join(slots[:-1]), slots[-1])) if len(slots) > 1 else "".join(slots)
