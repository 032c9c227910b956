"""What was learned is kept by version; only the newest can be in use."""

import pytest

from lookalike.storage.look_models import NONE_YET
from lookalike.storage.workspace import Workspace


@pytest.fixture
def store(tmp_path):
    with Workspace.open(tmp_path) as workspace:
        yield workspace.collection("default", create=True).look_models


def test_nothing_was_learned_in_a_new_collection(store):
    assert store.version() == NONE_YET
    assert store.newest() is None


def test_versions_count_up_and_only_the_newest_keeps_its_arrays(store):
    assert store.add(fingerprint="f", report="{}", arrays=b"one") == 1
    assert store.add(fingerprint="f", report='{"looks":2}', arrays=b"two") == 2
    newest = store.newest()
    assert (newest.version, newest.arrays, newest.report) == (2, b"two", '{"looks":2}')
    assert store.add(fingerprint="f", report="{}", arrays=None) == 3
    assert store.newest().arrays is None


def test_collections_do_not_see_each_others_models(tmp_path):
    with Workspace.open(tmp_path) as workspace:
        ours = workspace.collection("ours", create=True).look_models
        theirs = workspace.collection("theirs", create=True).look_models
        ours.add(fingerprint="f", report="{}", arrays=b"one")
        assert theirs.newest() is None


def test_another_process_sees_it(tmp_path):
    with Workspace.open(tmp_path) as first:
        first.collection("default", create=True).look_models.add(
            fingerprint="f", report="{}", arrays=b"one"
        )
        with Workspace.open(tmp_path) as second:
            assert second.collection("default").look_models.newest().arrays == b"one"
