"""Keys, callers, user tokens and token buckets as values."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike import InvalidInput
from lookalike.domain.access import (
    SCOPES,
    ApiKey,
    Caller,
    Grants,
    digest,
    key_id,
    origin_of,
    scopes_of,
)
from lookalike.domain.rate import take
from lookalike.domain.user_token import LONGEST_S, user_token
from lookalike.errors import Unauthorized

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "lk_abcdefgh_" + "s" * 43


def grants(*scopes, **more):
    return Grants(scopes_of(scopes), **more)


def key(secret=SECRET, scopes=("recommend",), **more):
    given = {"grants": grants(*scopes), "digest": digest(secret), "created_at": NOW, **more}
    return ApiKey(key_id(secret), "shop", **given)


@pytest.mark.parametrize(
    ("scopes", "more", "said"),
    [
        ([], {}, "no scope"),
        (["storefront", "catalog"], {"origins": ("https://a.example",)}, "everybody"),
        (["storefront"], {}, "no origin"),
        (["recommend"], {"origins": ("*",)}, r"\*"),
        (["recommend"], {"origins": ("https://*.example",)}, "not an origin"),
        (["recommend"], {"origins": ("https://a.example/shop",)}, "not an origin"),
        (["recommend"], {"origins": ("null",)}, "not an origin"),
        (["recommend"], {"per_minute": 0}, "0 requests"),
    ],
)
def test_grants_that_make_no_sense_are_refused(scopes, more, said):
    with pytest.raises(InvalidInput, match=said):
        grants(*scopes, **more)


def test_an_unknown_scope_names_the_nearest():
    with pytest.raises(InvalidInput, match='Did you mean "recommend"'):
        scopes_of(["recomend"])


def test_a_key_is_known_by_its_hash_and_shows_no_trace_of_it():
    one = key()
    assert one.digest == hashlib.sha256(SECRET.encode()).hexdigest()
    assert one.is_of(SECRET, NOW)
    assert not one.is_of(SECRET + "s", NOW)
    assert one.digest not in repr(one)


def test_a_key_ends_when_it_expires_or_is_revoked():
    hour = timedelta(hours=1)
    assert key(expires_at=NOW + hour).state(NOW) == "active"
    assert key(expires_at=NOW).state(NOW) == "expired"
    assert key(revoked_at=NOW - hour, expires_at=NOW + hour).state(NOW) == "revoked"


def test_the_old_secret_opens_until_its_grace_is_over():
    old = "lk_abcdefgh_" + "o" * 43
    one = key(old_digest=digest(old), old_until=NOW + timedelta(minutes=5))
    assert one.is_of(old, NOW)
    assert one.is_of(SECRET, NOW)
    assert not one.is_of(old, NOW + timedelta(minutes=5))


@given(st.text())
def test_whatever_is_shown_as_a_key_is_read_without_a_crash(text):
    assert key_id(text) is None or text.startswith(f"lk_{key_id(text)}_")
    assert not key().is_of(text, NOW) or text == SECRET


def test_origins_are_compared_as_browsers_write_them():
    assert origin_of("HTTPS://Shop.Example:443/") == "https://shop.example"
    assert origin_of("http://shop.example:80") == "http://shop.example"
    assert origin_of("https://shop.example:8443") == "https://shop.example:8443"


@given(
    st.sets(st.sampled_from(SCOPES[:-1]), min_size=1),
    st.sets(st.sampled_from(SCOPES), min_size=1),
    st.lists(st.sampled_from(["a", "b"]), unique=True),
)
def test_a_caller_has_what_the_key_says_and_admins_have_all(mine, wanted, collections):
    caller = Caller(key(grants=Grants(frozenset(mine), tuple(collections)), scopes=("admin",)))
    assert caller.has(wanted) == ("admin" in mine or bool(mine & wanted))
    for name in ("a", "b", "c"):
        assert caller.sees(name) == (not collections or name in collections)


def test_nobody_sees_nothing_and_an_open_service_shows_all():
    assert not Caller().sees("a")
    assert not Caller().has(SCOPES)
    assert Caller(is_open=True).sees("a")
    assert Caller(is_open=True).has({"admin"})


def test_only_a_browser_needs_the_token_of_a_user():
    browser = Caller(key(grants=grants("storefront", origins=("https://a.example",))), user="u")
    assert browser.speaks_for("u")
    assert browser.speaks_for(None)
    assert not browser.speaks_for("v")
    assert Caller(key()).speaks_for("v")


SOON = NOW.timestamp() + 600


def signed(user="ünïcode u", *, secret=SECRET, expires=SOON, key="abcdefgh"):
    """A plain second implementation of the token, as a shop's server would write it."""

    def text(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    message = f"lut.{key}.{int(expires)}.{text(user.encode())}"
    mac = hmac.new(hashlib.sha256(secret.encode()).digest(), message.encode(), hashlib.sha256)
    return f"{message}.{text(mac.digest())}"


def test_a_user_token_names_the_user_it_was_signed_for():
    assert user_token(signed()).confirm(key(), NOW) == "ünïcode u"


def test_the_client_signs_what_the_service_believes():
    from lookalike.client import user_token as sign

    token = sign(SECRET, "user/7", expires_in_s=600, now=NOW.timestamp())
    assert token == signed("user/7")
    assert user_token(token).confirm(key(), NOW) == "user/7"
    with pytest.raises(InvalidInput, match="no API key"):
        sign("hello", "user-7")


@pytest.mark.parametrize(
    ("token", "of"),
    [
        (signed(secret=SECRET[:-1] + "x"), key()),
        (signed(expires=NOW.timestamp() - 1), key()),
        (signed(expires=NOW.timestamp() + LONGEST_S + 60), key()),
        (signed(), key(revoked_at=NOW)),
        (signed(), None),
        (signed().replace("lut", "lux"), key()),
        (signed()[:-1], key()),
        (signed() + ".x", key()),
        (".".join([*signed().split(".")[:3], "dg", signed().split(".")[4]]), key()),
        ("", key()),
        ("lut....", key()),
        ("lut.a.٣.dg.dg", key()),
    ],
)
def test_other_tokens_are_believed_by_nobody(token, of):
    with pytest.raises(Unauthorized):
        user_token(token).confirm(of, NOW)


@given(
    st.integers(1, 500),
    st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=200),
)
def test_a_bucket_gives_a_minutes_worth_at_once_and_then_at_its_rate(per_minute, pauses):
    """In any stretch of time no more than the burst and what came in meanwhile."""
    bucket, now, given_at = None, 0.0, []
    for pause in pauses:
        now += pause
        turn = take(bucket, now=now, per_minute=per_minute)
        bucket = turn.bucket
        if turn.is_given:
            given_at.append(now)
            assert turn.wait_s >= 0
        else:
            later = take(bucket, now=now + turn.wait_s + 1e-6, per_minute=per_minute)
            assert later.is_given
    for first, start in enumerate(given_at):
        for last in range(first, len(given_at)):
            allowed = per_minute + (given_at[last] - start) * per_minute / 60
            assert last - first + 1 <= allowed + 1e-6


def test_a_full_bucket_of_three_gives_three_and_the_next_after_twenty_seconds():
    bucket = None
    for _ in range(3):
        turn = take(bucket, now=0.0, per_minute=3)
        bucket = turn.bucket
        assert turn.is_given
    refused = take(bucket, now=0.0, per_minute=3)
    assert not refused.is_given
    assert refused.wait_s == pytest.approx(20)
    assert refused.full_s == pytest.approx(60)
