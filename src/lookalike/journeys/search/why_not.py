"""Why a product is not in an answer: filtered, collapsed into another, or where it ranks."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from lookalike.domain.filter_text import in_words
from lookalike.domain.filters import And, Eq, Filter, all_of
from lookalike.domain.query import Retrieval
from lookalike.domain.results import Recommendation, Verdict, WhyNot
from lookalike.journeys.catalog.catalog_view import CatalogView
from lookalike.journeys.catalog.entries import TWIN_GROUP
from lookalike.journeys.rules.rule_book import NO_RULES, Ruled
from lookalike.journeys.rules.rule_places import marked
from lookalike.journeys.rules.ruled_search import best_hits
from lookalike.journeys.search.anchors import Start
from lookalike.journeys.search.find_similar import RIVALS, find_similar
from lookalike.journeys.search.plan import Plan, caps, plan
from lookalike.journeys.search.tell import Page, told

MOST_RANKED = 2_000  # how far an answer is continued to see which product took the place


def why_not(
    view: CatalogView,
    question: Retrieval,
    start: Start,
    sku: str,
    *,
    unseen: Callable[[str], str],
    ruled: Ruled = NO_RULES,
) -> WhyNot:
    """What became of one product in the answer to a question.

    ruled   the merchant's rules that act on it
    unseen  says why a product has no row in the index; raises NotFound for an unknown one
    """
    number = view.index.number(sku)
    if number is None:
        return WhyNot(sku, "not searchable", unseen(sku))
    if sku == start.sku:
        return WhyNot(sku, "anchor", "It is the product that the search starts from.")
    ruled_question = replace(question, where=all_of(question.where, ruled.hidden))
    todo = plan(ruled_question, start, view)
    clause = _failed(todo.where, sku, view)
    rule = None if clause is None else ruled.hiding(clause)
    if rule is not None:
        return WhyNot(sku, "excluded", f"It is excluded by the rule {rule}.")
    if clause is not None:
        return WhyNot(sku, *_excluded(clause, question, start, view, number))
    rank, one = _ranked(view, todo, start, number, ruled)
    likeness = one.score - sum(mark.amount for mark in one.rules)
    if question.min_score is not None and likeness < question.min_score:
        said = f"Its score {likeness:.2f} is below min_score {question.min_score:g}."
        return WhyNot(sku, "below min_score", said, rank, one)
    found = _among_the_found(_Asked(view, question, start, ruled), sku, rank, one)
    return replace(found, reason=f"{found.reason}{_by_rules(one)}")


def _by_rules(one: Recommendation) -> str:
    """What rules did to its score."""
    said = [
        f"buried by rule {mark.name} ({mark.amount:+.2f})"
        if mark.amount < 0
        else f"boosted by rule {mark.name} ({mark.amount:+.2f})"
        for mark in one.rules
        if mark.amount
    ]
    return f" It is {' and '.join(said)}." if said else ""


def _failed(where: Filter | None, sku: str, view: CatalogView) -> Filter | None:
    """The first clause that the product does not pass."""
    parts: Iterable[Filter] = where.parts if isinstance(where, And) else [where] if where else []
    for part in parts:
        if isinstance(part, And):
            inner = _failed(part, sku, view)
            if inner is not None:
                return inner
        elif not len(view.index.select(And((Eq("sku", sku), part)))):
            return part
    return None


def _excluded(
    clause: Filter, question: Retrieval, start: Start, view: CatalogView, number: int
) -> tuple[Verdict, str]:
    """The verdict for a clause of the merchant's filter or one that an option became."""
    group = start.document.get("variant_group")
    field = getattr(clause, "field", "")
    if field == "sku":
        return "excluded", "The question excludes it by its sku."
    if field == TWIN_GROUP:
        return "collapsed", "It has the same photo as the anchor."
    if field == "variant_group" and group is not None and question.collapse_variants:
        return "collapsed", f'It is a variant of the anchor (variant group "{group}").'
    is_now = f"; its {field} is {_value(view, number, field)}" if field else ""
    return "filtered", f"It does not pass: {in_words(clause)}{is_now}."


def _value(view: CatalogView, number: int, field: str) -> str:
    """What the product's document says of a field, as text."""
    (text,) = view.index.documents(np.array([number]))
    document = json.loads(text)
    for part in (document, document["extra"], document["visual_attributes"]):
        if part.get(field) is not None:
            found = part[field]
            return ", ".join(map(str, found)) if isinstance(found, list) else str(found)
    return "missing"


def _ranked(
    view: CatalogView, todo: Plan, start: Start, number: int, ruled: Ruled
) -> tuple[int, Recommendation]:
    """Its place by score alone among all that pass the filter, and its reason."""
    limit = RIVALS
    while True:
        hits, by_score = best_hits(view.index, todo, ruled.bonus, limit=limit, rivals=RIVALS)
        (found,) = np.nonzero(hits.products == number)
        if len(found):
            break
        limit *= 4
    rank = int(found[0]) + 1
    own = slice(rank - 1, rank)
    page = Page(
        hits.products[own],
        hits.rows[own],
        hits.queries[own],
        hits.scores[own] + todo.base,
        offset=rank - 1,
    )
    best = Page(by_score.products, by_score.rows, by_score.queries, by_score.scores)
    best = best.take(slice(RIVALS))
    (one,) = told(page, best.contributions(todo, view), start, todo, view, detail="full")
    return rank, marked(one, ruled.marks(number))


@dataclass(frozen=True, eq=False)
class _Asked:
    view: CatalogView
    question: Retrieval
    start: Start
    ruled: Ruled


def _among_the_found(asked: _Asked, sku: str, rank: int, one: Recommendation) -> WhyNot:
    """It passes everything, so it is shown, further down, or another took its place."""
    question = asked.question
    answer = find_similar(asked.view, question, asked.start, ruled=asked.ruled)
    for shown in answer.recommendations:
        if shown.sku == sku:
            return WhyNot(sku, "shown", f"It is shown at place {shown.position}.", rank, one)
    twin = _takes_its_place(asked, sku, rank)
    if twin is not None:
        return WhyNot(sku, "collapsed", twin, rank, one)
    last = answer.recommendations[-1].score if answer.recommendations else 0.0
    if one.score > last and question.diversity:
        said = f"Rank {rank} by score ({one.score:.2f}); others were chosen for more variety."
        return WhyNot(sku, "varied away", said, rank, one)
    said = f"Rank {rank} by score: {one.score:.2f}, and the last shown has {last:.2f}."
    return WhyNot(sku, "ranked below", said, rank, one)


def _takes_its_place(asked: _Asked, sku: str, rank: int) -> str | None:
    """Which better products of the same group fill the places that the group may have."""
    view, question, index = asked.view, asked.question, asked.view.index
    plain = replace(
        question, limit=min(rank, MOST_RANKED), diversity=0, collapse_variants=False, max_per={}
    )
    above = find_similar(view, plain, asked.start, ruled=asked.ruled).recommendations
    better = [found.sku for found in above]
    numbers = np.array([index.number(other) for other in (*better, sku)], dtype=np.int64)
    for field, most in caps(question).items():
        codes = index.codes(field, numbers)
        same = [other for other, code in zip(better, codes, strict=False) if code == codes[-1]]
        same = [other for other in same if other != sku]
        if codes[-1] >= 0 and len(same) >= most:
            if field == TWIN_GROUP:
                return f"{same[0]} has the same photo and took its place."
            value = _value(view, int(numbers[-1]), field)
            return f'{", ".join(same[:most])} of the same {field} "{value}" took its place.'
    return None
