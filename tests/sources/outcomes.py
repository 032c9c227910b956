"""What reading a catalog gives, told apart."""

from lookalike.domain.problems import Problem


def split(source):
    """(products, problems) in their order."""
    outcomes = list(source.products())
    problems = [outcome for outcome in outcomes if isinstance(outcome, Problem)]
    products = [outcome for outcome in outcomes if not isinstance(outcome, Problem)]
    return products, problems
