"""The collaborative baselines of a maintained library: who met this also met that."""

import warnings
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy.sparse import csr_matrix

from lookalike.errors import Unavailable

INSTALL = "pip install 'lookalike[bench]'"
FACTORS = 64
NEIGHBORS = 200

Recommend = Callable[[str, int], list[str]]
"""(user, how many) -> products that the user has not met, best first."""


def collaborative(met: Mapping[str, Mapping[str, float]], *, seed: int) -> dict[str, Recommend]:
    """Fitted methods by name: "als" (implicit feedback matrix factorization) and "item_item".

    met  user -> product -> weight

    Hu, Koren and Volinsky, ICDM 2008; BM25 item neighborhoods as the library has them.
    Raises Unavailable with the command that installs the library where it is missing.
    """
    try:
        from implicit.als import AlternatingLeastSquares
        from implicit.nearest_neighbours import BM25Recommender
    except ModuleNotFoundError as error:
        raise Unavailable(
            f'The collaborative baselines need "{error.name}", which is not installed.',
            hint=f"Run: {INSTALL}",
        ) from error
    users = sorted(met)
    skus = sorted({sku for own in met.values() for sku in own})
    places = {sku: place for place, sku in enumerate(skus)}
    cells = [
        (row, places[sku], weight)
        for row, user in enumerate(users)
        for sku, weight in sorted(met[user].items())
    ]
    rows, columns, weights = (np.array(part) for part in zip(*cells, strict=True))
    matrix = csr_matrix((weights.astype(np.float32), (rows, columns)), (len(users), len(skus)))
    numbers = {user: row for row, user in enumerate(users)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of BLAS threads, which cost time only
        models = {
            "als": AlternatingLeastSquares(
                factors=min(FACTORS, len(skus)), random_state=seed, num_threads=1
            ),
            "item_item": BM25Recommender(K=NEIGHBORS, num_threads=1),
        }
        for model in models.values():
            model.fit(matrix, show_progress=False)
    return {name: _recommend(model, matrix, numbers, skus) for name, model in models.items()}


def _recommend(
    model: object, matrix: csr_matrix, numbers: Mapping[str, int], skus: Sequence[str]
) -> Recommend:
    def recommend(user: str, count: int) -> list[str]:
        row = numbers.get(user)
        if row is None:
            return []
        chosen, scores = model.recommend(  # type: ignore[attr-defined]
            row, matrix[row], N=min(count, len(skus)), filter_already_liked_items=True
        )
        return [
            skus[int(place)]
            for place, score in zip(chosen, scores, strict=True)
            if place >= 0 and score > 0
        ]

    return recommend
