"""Keys in the database, and how soon a running service knows of them."""

from datetime import timedelta

import pytest

from lookalike import InvalidInput, NotFound
from lookalike.access import FRESH_S, Access
from lookalike.domain.access import Grants
from lookalike.errors import Unauthorized
from lookalike.storage.workspace import Workspace

GRANTS = Grants(frozenset({"recommend"}), ("shop",), ("https://a.example",), 60)


@pytest.fixture
def now():
    """Seconds of a clock that only the test moves."""
    return [0.0]


@pytest.fixture
def open_access(tmp_path, now):
    """The same workspace as two processes see it, each with its own connection and memory."""
    opened = []

    def make():
        workspace = Workspace.open(tmp_path / "workspace")
        opened.append(workspace)
        return Access(workspace.api_keys, clock=lambda: now[0])

    yield make
    for one in opened:
        one.close()


def test_a_key_comes_back_as_it_was_made_and_its_secret_is_nowhere_on_the_disk(
    open_access, tmp_path
):
    access = open_access()
    made = access.create("checkout", GRANTS, expires_in=timedelta(days=1))
    assert made.secret.startswith(f"lk_{made.key.id}_")
    assert access.list() == (made.key,)
    assert made.key.grants == GRANTS
    assert made.secret not in repr(made)
    files = b"".join(one.read_bytes() for one in (tmp_path / "workspace").rglob("*.db*"))
    assert made.key.digest.encode() in files
    assert made.secret.encode() not in files
    assert made.secret.split("_", 2)[2].encode() not in files


def test_secrets_have_256_random_bits(open_access):
    secrets = {open_access().create("k", GRANTS).secret.split("_", 2)[2] for _ in range(5)}
    assert len(secrets) == 5
    assert all(len(one) == 43 for one in secrets)  # 43 characters of 6 bits


def test_another_process_knows_of_a_new_a_rotated_and_a_revoked_key_within_a_second(
    open_access, now
):
    here, there = open_access(), open_access()
    there.refresh()
    assert there.is_open
    made = here.create("k", GRANTS)
    assert not there.is_stale
    now[0] += FRESH_S + 0.01
    assert there.is_stale
    assert FRESH_S < 1
    there.refresh()
    assert not there.is_open
    assert there.key(made.secret) == made.key
    rotated = here.rotate(made.key.id, grace=timedelta(hours=1))
    now[0] += 0.6
    there.refresh()
    assert there.key(rotated.secret).id == there.key(made.secret).id == made.key.id
    here.revoke(made.key.id)
    now[0] += 0.6
    there.refresh()
    for secret in (made.secret, rotated.secret):
        with pytest.raises(Unauthorized, match="revoked"):
            there.key(secret)
    assert not there.is_open


def test_without_grace_the_old_secret_ends_at_once(open_access):
    access = open_access()
    made = access.create("k", GRANTS)
    access.rotate(made.key.id, grace=timedelta(0))
    with pytest.raises(Unauthorized, match="not known"):
        access.key(made.secret)


def test_a_revoked_key_keeps_the_service_closed_and_a_forgotten_one_does_not(open_access):
    access = open_access()
    made = access.create("k", GRANTS)
    access.revoke(made.key.id)
    assert not access.is_open
    with pytest.raises(InvalidInput, match="revoked"):
        access.rotate(made.key.id)
    access.revoke(made.key.id, forget=True)
    assert access.is_open
    for change in (access.revoke, access.rotate):
        with pytest.raises(NotFound, match=made.key.id):
            change(made.key.id)


def test_a_key_for_what_can_be_no_collection_is_refused(open_access):
    with pytest.raises(InvalidInput, match="NOT"):
        open_access().create("k", Grants(frozenset({"recommend"}), ("NOT ok",)))


def test_origins_of_revoked_keys_are_no_longer_named(open_access):
    access = open_access()
    made = access.create("k", GRANTS)
    assert access.names_origin("https://a.example")
    access.revoke(made.key.id)
    assert not access.names_origin("https://a.example")
