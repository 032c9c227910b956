import numpy as np
import pytest

from lookalike.ranking.thin import at_most


def plain(codes, count):
    seen, kept = {}, []
    for code in codes:
        seen[code] = seen.get(code, 0) + 1
        kept.append(code < 0 or seen[code] <= count)
    return kept


@pytest.mark.parametrize("seed", range(30))
def test_keeps_the_first_of_every_value_as_a_plain_count_does(seed):
    rng = np.random.default_rng(seed)
    codes = rng.integers(-1, 5, size=rng.integers(0, 40))
    count = int(rng.integers(1, 4))
    assert at_most(codes, count).tolist() == plain(codes.tolist(), count)


def test_a_missing_value_is_no_group_so_all_of_them_stay():
    assert at_most(np.array([-1, -1, 7, 7]), 1).tolist() == [True, True, True, False]


def test_a_prefix_is_thinned_as_the_whole_list_is():
    codes = np.random.default_rng(1).integers(0, 6, size=50)
    assert at_most(codes[:20], 2).tolist() == at_most(codes, 2)[:20].tolist()
