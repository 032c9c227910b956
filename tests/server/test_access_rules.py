"""Keys over HTTP: who gets in, with what, from where, and how often."""

import logging
import shutil
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from lookalike import Engine
from lookalike.client import user_token
from lookalike.domain.access import Grants, scopes_of
from lookalike.server.app import create_app, served_app
from lookalike.server.exposure import Exposure, exposure_of

HERE = "/v1/collections/default"
SHOP = "https://shop.example"


@pytest.fixture(scope="module")
def keyed(shop, tmp_path_factory):
    """An engine of its own on the shop, which tests may give keys."""
    workspace = tmp_path_factory.mktemp("keyed") / "workspace"
    shutil.copytree(shop.workspace, workspace)
    with Engine.open(shop.settings(workspace=str(workspace))) as engine:
        yield engine


@pytest.fixture(scope="module")
def secrets(keyed):
    """Scope -> a key with it and no limits; the storefront key is bound to SHOP."""
    made = {}
    for scope in ("admin", "catalog", "recommend", "events", "users"):
        made[scope] = keyed.access.create(scope, Grants(scopes_of([scope]))).secret
    storefront = Grants(scopes_of(["storefront"]), origins=(SHOP,))
    made["storefront"] = keyed.access.create("page", storefront).secret
    return made


@pytest.fixture(scope="module")
def client(keyed, secrets):
    with TestClient(create_app(keyed), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def sku(shop):
    return min(shop.truth)


def bearer(secret, **more):
    return {"Authorization": f"Bearer {secret}", **more}


def test_without_any_key_everything_is_open_whatever_key_is_sent(engine, sku):
    with TestClient(create_app(engine)) as client:
        for headers in ({}, bearer("demo"), bearer("lk_abcdefgh_" + "x" * 43)):
            assert client.get(f"{HERE}/products/{sku}", headers=headers).status_code == 200
        assert client.get("/v1/health").json()["collections"]


def test_with_keys_a_call_without_one_is_told_how_to_bring_one(client, sku):
    got = client.get(f"{HERE}/products/{sku}")
    assert got.status_code == 401
    assert got.headers["www-authenticate"].startswith("Bearer")
    assert got.json()["code"] == "unauthorized"
    assert "lookalike keys create" in got.json()["hint"]
    assert got.headers["content-type"] == "application/problem+json"


def test_health_and_the_page_stay_open_and_name_no_collection(client):
    assert client.get("/v1/health").json() == {
        **client.get("/v1/health").json(),
        "status": "ok",
        "collections": {},
    }
    for path in ("/", "/storefront/app.js", "/openapi.json"):
        assert client.get(path).status_code == 200


def test_wrong_expired_and_revoked_keys_are_401_and_a_key_ends_at_once(client, keyed, sku):
    made = keyed.access.create("short", Grants(scopes_of(["recommend"])))
    where = f"{HERE}/products/{sku}"
    assert client.get(where, headers=bearer(made.secret)).status_code == 200
    keyed.access.revoke(made.key.id)
    gone = keyed.access.create(
        "gone", Grants(scopes_of(["recommend"])), expires_in=timedelta(microseconds=1)
    )
    for secret in (made.secret, gone.secret, made.secret[:-1] + "!", "lk_", "", "é", "x" * 10_000):
        got = client.get(where, headers={"Authorization": f"Bearer {secret}".encode()})
        assert got.status_code == 401, secret
        assert "www-authenticate" in got.headers
    assert client.get("/v1/health", headers=bearer(made.secret)).status_code == 401
    basic = client.get("/v1/health", headers={"Authorization": "Basic dTpw"})  # a proxy's own
    assert basic.status_code == 200


ASKED = (
    ("GET", f"{HERE}/products", None, {"catalog", "recommend", "storefront"}),
    ("POST", f"{HERE}/retrieve", {"query": {"type": "product"}}, {"recommend", "storefront"}),
    ("PATCH", f"{HERE}/products", [], {"catalog"}),
    ("POST", f"{HERE}/events", {"events": []}, {"events", "storefront"}),
    ("GET", f"{HERE}/users/u-1", None, {"users"}),
    ("GET", f"{HERE}/users/u-1/export", None, {"users"}),
    ("DELETE", f"{HERE}/users/nobody-1", None, {"users"}),
    ("POST", f"{HERE}/users/u-1/login", {}, {"users", "events"}),
    ("GET", f"{HERE}/receipts", None, {"users"}),
    ("POST", f"{HERE}/swap", {}, set()),
    ("GET", "/v1/jobs", None, {"catalog"}),
    ("GET", "/v1/keys", None, set()),
    ("POST", "/v1/keys", {}, set()),
)


@pytest.mark.parametrize(("method", "path", "body", "scopes"), ASKED)
def test_each_scope_opens_what_it_says(client, secrets, method, path, body, scopes):
    for scope, secret in secrets.items():
        got = client.request(method, path, json=body, headers=bearer(secret))
        if scope in {*scopes, "admin"}:
            assert got.status_code not in (401, 403), (scope, got.text)
        else:
            assert got.status_code == 403, (scope, got.text)
            assert got.json()["code"] == "forbidden"


def test_a_refusal_comes_before_the_body_is_read(client, secrets):
    """Nobody's gigabyte is parsed, and nothing about the shape of a call is told."""
    read = []

    def body():
        read.append(1)
        yield b"{not json"

    for headers, status in (({}, 401), (bearer(secrets["events"]), 403)):
        got = client.post(f"{HERE}/retrieve", content=body(), headers=headers)
        assert got.status_code == status


def test_every_route_says_what_it_needs(client):
    """A new route is for admins alone until the table says better, and fails here."""
    from lookalike.server.guard import NEEDS

    paths = client.get("/openapi.json").json()["paths"]
    told = {
        f"{method.upper()} {path.removeprefix('/v1')}"
        for path, methods in paths.items()
        for method in methods
    }
    plain = {name.replace(":path", "") for name in NEEDS}
    assert told - plain == set(), "say in server/guard.py what these need"
    assert plain - told == {"GET /", "GET /metrics"}, "these are no routes any more"


def test_the_description_of_the_api_says_how_to_send_a_key_and_what_each_call_needs(client):
    described = client.get("/openapi.json").json()
    assert described["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    told = described["paths"][f"{HERE}/retrieve".replace("default", "{collection_id}")]["post"]
    assert told["x-lookalike-scopes"] == ["admin", "recommend", "storefront"]
    assert {"key": []} in told["security"]
    assert {"401", "403", "429"} <= told["responses"].keys()


def test_a_router_without_guards_is_refused_at_start():
    from fastapi import APIRouter, FastAPI

    from lookalike.server.guard import require_guards

    router = APIRouter()
    router.add_api_route("/leak", lambda: {})
    with pytest.raises(TypeError, match="/leak"):
        require_guards(FastAPI(openapi_url=None), router)


def test_keys_are_made_listed_rotated_and_revoked_by_http(client, secrets, sku):
    admin = bearer(secrets["admin"])
    asked = {"name": "till", "scopes": ["recommend"], "collections": ["default"], "per_minute": 90}
    made = client.post("/v1/keys", json=asked, headers=admin)
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    key = made.json()
    where = f"{HERE}/products/{sku}"
    assert client.get(where, headers=bearer(key["secret"])).status_code == 200
    listed = client.get("/v1/keys", headers=admin)
    assert key["secret"] not in listed.text
    assert {**key, "secret": None} == {
        **next(one for one in listed.json()["keys"] if one["key_id"] == key["key_id"]),
        "secret": None,
    }
    turned = client.post(
        f"/v1/keys/{key['key_id']}/rotate", json={"grace_hours": 1}, headers=admin
    ).json()
    assert turned["old_secret_until"]
    for secret in (key["secret"], turned["secret"]):
        assert client.get(where, headers=bearer(secret)).status_code == 200
    assert client.delete(f"/v1/keys/{key['key_id']}", headers=admin).status_code == 204
    assert client.get(where, headers=bearer(turned["secret"])).status_code == 401
    forget = client.delete(f"/v1/keys/{key['key_id']}?forget=true", headers=admin)
    assert forget.status_code == 204
    assert client.post("/v1/keys/none/rotate", headers=admin).status_code == 404


def test_an_admin_of_one_collection_makes_no_keys_for_others(client, keyed):
    made = keyed.access.create("branch", Grants(scopes_of(["admin"]), ("default",)))
    got = client.post(
        "/v1/keys", json={"name": "x", "scopes": ["admin"]}, headers=bearer(made.secret)
    )
    assert got.status_code == 403
    assert client.get(f"{HERE}/products", headers=bearer(made.secret)).status_code == 200


# Browsers


def test_a_key_bound_to_pages_is_refused_to_others_but_not_to_servers_and_our_own_page(
    client, secrets, sku
):
    where = f"{HERE}/products/{sku}"
    for origin, status in ((SHOP, 200), ("https://evil.example", 403), ("null", 403)):
        got = client.get(where, headers=bearer(secrets["storefront"], Origin=origin))
        assert got.status_code == status
    assert client.get(where, headers=bearer(secrets["storefront"])).status_code == 200
    own = bearer(secrets["storefront"], Origin="http://testserver")
    assert client.get(where, headers=own).status_code == 200


def test_a_preflight_is_answered_for_origins_of_keys_and_no_others(client):
    def preflight(origin):
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        return client.options(f"{HERE}/retrieve", headers=asked)

    got = preflight(SHOP)
    assert got.status_code == 204
    assert got.headers["access-control-allow-origin"] == SHOP
    assert "lookalike-user" in got.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in got.headers
    assert "Origin" in got.headers["vary"]
    refused = preflight("https://evil.example")
    assert refused.status_code == 403
    assert "access-control-allow-origin" not in refused.headers


def test_answers_name_the_origin_that_may_read_them_errors_too(client, secrets, sku):
    where = f"{HERE}/products/{sku}"
    for headers in (bearer(secrets["storefront"]), bearer("lk_wrong"), {}):
        got = client.get(where, headers={**headers, "Origin": SHOP})
        assert got.headers["access-control-allow-origin"] == SHOP
        assert "Origin" in got.headers["vary"]
    got = client.get(where, headers=bearer(secrets["recommend"], Origin="https://evil.example"))
    assert "access-control-allow-origin" not in got.headers
    assert "Origin" in client.get(where, headers=bearer(secrets["recommend"])).headers["vary"]


def test_a_storefront_key_speaks_for_a_user_only_with_their_token(client, secrets, sku):
    page, mine = secrets["storefront"], {"type": "user_preferences", "user_id": "u-1"}
    asked = [
        ("GET", f"{HERE}/users/u-1", None),
        ("GET", f"{HERE}/users/u-1/feed", None),
        ("POST", f"{HERE}/users/u-1/controls", {"action": "reset"}),
        (
            "POST",
            f"{HERE}/users/u-1/preferences",
            {"interaction": {"product_id": sku, "action": "save"}},
        ),
        ("POST", f"{HERE}/retrieve", {"query": mine}),
        (
            "POST",
            f"{HERE}/retrieve",
            {"query": {"type": "product", "product_id": sku}, "user_id": "u-1"},
        ),
        ("POST", f"{HERE}/looks", {"product_id": sku, "user_id": "u-1"}),
        ("GET", f"{HERE}/users/u-1/export", None),
        ("DELETE", f"{HERE}/users/u-1", None),
    ]
    token = user_token(secrets["users"], "u-1")
    for method, path, body in asked:
        for user, status in ((None, 403), (user_token(secrets["users"], "u-2"), 403), (token, 200)):
            headers = bearer(page, **({"Lookalike-User": user} if user else {}))
            got = client.request(method, path, json=body, headers=headers)
            assert got.status_code == status, (path, got.text)
    nested = {"type": "mix", "parts": [{"query": mine}]}
    got = client.post(f"{HERE}/retrieve", json={"query": nested}, headers=bearer(page))
    assert got.status_code == 403
    login = {"anonymous_id": "somebody-else"}
    got = client.post(
        f"{HERE}/users/u-1/login", json=login, headers=bearer(page, **{"Lookalike-User": token})
    )
    assert got.status_code == 403


def test_a_user_token_is_signed_by_a_key_that_may_speak_for_users(client, secrets):
    for scope, status in (("users", 200), ("admin", 200), ("recommend", 401), ("storefront", 401)):
        headers = bearer(
            secrets["storefront"], **{"Lookalike-User": user_token(secrets[scope], "u-9")}
        )
        assert client.get(f"{HERE}/users/u-9", headers=headers).status_code == status


def test_every_shape_that_can_name_a_user_is_checked_for_storefront_keys(client, secrets):
    """A route added later, whose body has a user_id, cannot forget to ask for the token."""
    from lookalike.server.guard import NEEDS

    described = client.get("/openapi.json").json()
    shapes = described["components"]["schemas"]
    body = {"user_id": "victim", "query": {"type": "attributes"}, "product_id": "any"}
    checked = []
    for path, methods in described["paths"].items():
        for method, told in methods.items():
            need = NEEDS[
                next(
                    name
                    for name in NEEDS
                    if name.replace(":path", "") == f"{method.upper()} {path.removeprefix('/v1')}"
                )
            ]
            content = told.get("requestBody", {}).get("content", {})
            shape = content.get("application/json", {}).get("schema", {}).get("$ref", "")
            named = shapes.get(shape.rpartition("/")[2], {}).get("properties", {})
            if "storefront" not in need.scopes or "user_id" not in named:
                continue
            checked.append(path)
            filled = path.replace("{collection_id}", "default").replace("{user_id}", "victim")
            got = client.request(
                method,
                filled,
                json={name: value for name, value in body.items() if name in named},
                headers=bearer(secrets["storefront"]),
            )
            assert got.status_code == 403, path
    assert {path.rpartition("/")[2] for path in checked} >= {"retrieve", "looks"}


def test_events_of_a_browser_join_no_ids_and_with_a_token_are_of_that_user_alone(
    client, secrets, sku
):
    def event(number, **more):
        return {
            "event_id": f"join-{number}",
            "kind": "view",
            "product_id": sku,
            "time": "2026-01-01T00:00:00Z",
            **more,
        }

    page = secrets["storefront"]
    stolen = event(1, user_id="thief", anonymous_id="victims-cookie")
    sent = client.post(f"{HERE}/events", json=[stolen], headers=bearer(page)).json()
    assert (sent["accepted"], sent["logins"]) == (1, 0)
    trusted = event(2, user_id="friend", anonymous_id="own-cookie")
    sent = client.post(f"{HERE}/events", json=[trusted], headers=bearer(secrets["events"])).json()
    assert (sent["accepted"], sent["logins"]) == (1, 1)
    token = {"Lookalike-User": user_token(secrets["users"], "u-7")}
    both = [event(3, user_id="u-7"), event(4, user_id="u-8")]
    sent = client.post(f"{HERE}/events", json=both, headers=bearer(page, **token)).json()
    assert sent["accepted"] == 1
    assert [one["line"] for one in sent["problems"]] == [2]


def test_a_storefront_key_learns_nothing_of_the_merchants_own_notes(client, secrets, sku):
    shown = client.get(f"{HERE}/products/{sku}", headers=bearer(secrets["storefront"])).json()
    assert (shown["attributes"], shown["problems"]) == ([], [])
    assert client.get(f"{HERE}/products/{sku}", headers=bearer(secrets["catalog"])).json()[
        "attributes"
    ]


def test_pictures_are_shown_by_img_tags_which_send_no_key(client, secrets, sku):
    shown = client.get(f"{HERE}/products/{sku}", headers=bearer(secrets["recommend"])).json()
    assert client.get(shown["image_url"]).status_code == 200
    missing = [
        client.get(f"/v1/collections/{name}/images/{'0' * 64}").json()
        for name in ("default", "none", "NOT ok")
    ]
    assert missing[0] == missing[1] == missing[2]  # it is not told which collections there are
    assert missing[0]["status"] == 404


# Rates


def test_a_key_that_asks_too_often_is_told_when_to_come_back(client, keyed):
    made = keyed.access.create("slow", Grants(scopes_of(["recommend"]), per_minute=3))
    got = [client.get("/v1/collections", headers=bearer(made.secret)) for _ in range(4)]
    assert [one.status_code for one in got] == [200, 200, 200, 429]
    assert [one.headers["ratelimit-remaining"] for one in got] == ["2", "1", "0", "0"]
    assert {one.headers["ratelimit-limit"] for one in got} == {"3"}
    assert 1 <= int(got[-1].headers["retry-after"]) <= 20
    assert got[-1].json()["code"] == "rate_limited"
    assert client.get("/v1/health", headers=bearer(made.secret)).status_code == 200  # not counted


def test_one_shopper_cannot_use_up_what_all_shoppers_of_a_page_have(keyed):
    made = keyed.access.create(
        "busy", Grants(scopes_of(["storefront"]), origins=(SHOP,), per_minute=2)
    )
    app = create_app(keyed)
    with TestClient(app, client=("203.0.113.7", 1)) as greedy:
        asked = [greedy.get("/v1/collections", headers=bearer(made.secret)) for _ in range(3)]
        assert [one.status_code for one in asked] == [200, 200, 429]
        with TestClient(app, client=("203.0.113.8", 1)) as other:
            got = other.get("/v1/collections", headers=bearer(made.secret))
            assert got.status_code == 200


def test_calls_without_a_key_are_counted_by_address_where_anybody_can_reach_us(shop, keyed):
    with Engine.open(
        shop.settings(workspace=keyed.settings.workspace, unkeyed_per_minute=2)
    ) as engine:
        app = create_app(engine, exposure=Exposure(is_public=True))
        with TestClient(app, client=("2001:db8::1", 1)) as client:
            asked = [client.get("/v1/collections").status_code for _ in range(3)]
        with TestClient(app, client=("2001:db8::2", 1)) as neighbor:
            assert neighbor.get("/v1/collections").status_code == 429  # one network of IPv6
        with TestClient(app, client=("203.0.113.9", 1)) as guessing:
            tried = [
                guessing.get("/v1/collections", headers=bearer(f"lk_abcdefgh_{n:043}")).status_code
                for n in range(3)
            ]
    assert asked == tried == [401, 401, 429]


def test_a_database_that_cannot_be_read_lets_nobody_in_and_tells_strangers_nothing_of_it(
    shop, keyed, monkeypatch
):
    from lookalike import Unavailable
    from lookalike.access import Access

    def broken(*_args, **_more):
        raise Unavailable("The database postgresql://inner-host/name does not answer.")

    monkeypatch.setattr(Access, "is_stale", True)
    monkeypatch.setattr(Access, "refresh", broken)
    with TestClient(create_app(keyed)) as client:
        for headers in ({}, {"Origin": SHOP}):
            got = client.get(f"{HERE}/products", headers=headers)
            assert got.status_code == 503
            assert "inner-host" not in got.text


# Where the service listens


def test_a_public_address_without_keys_is_refused_unless_told(shop, keyed, tmp_path):
    from lookalike import InvalidInput

    with Engine.open(shop.settings(workspace=str(tmp_path))) as fresh:
        for address in ("0.0.0.0", "192.168.1.2", "::", "8.8.8.8"):
            with pytest.raises(InvalidInput, match="keys create"):
                served_app(fresh, address)
        for address in ("127.0.0.1", "127.8.8.8", "::1"):
            served_app(fresh, address)
    with Engine.open(shop.settings(workspace=str(tmp_path), insecure=True)) as fresh:
        served_app(fresh, "::")
        with TestClient(served_app(fresh, "127.0.0.1"), base_url="http://far.example") as client:
            assert client.get("/v1/health").status_code == 200  # as told, also behind a proxy
    served_app(keyed, "::")


def test_an_open_service_answers_this_machine_and_no_page_of_another_site(engine):
    """DNS rebinding comes with the name of a stranger, forged requests with a strange origin."""
    app = create_app(engine, exposure=exposure_of("127.0.0.1", "shop.test"))
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        for name in ("localhost:8000", "127.0.0.1", "[::1]:8000", "shop.test", "LOCALHOST"):
            assert client.get("/v1/health", headers={"Host": name}).status_code == 200
        for name in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8000", ""):
            got = client.get("/v1/health", headers={"Host": name})
            assert got.status_code == 403
            assert "lookalike keys create" in got.json()["hint"]
        for origin, status in (
            ("http://localhost:3000", 200),
            ("http://127.0.0.1:8000", 200),
            ("https://evil.example", 403),
            ("null", 403),
            ("http://[", 403),
        ):
            got = client.post(
                "/v1/collections/default/retrieve",
                json={"query": {"type": "attributes", "attributes": {"color_family": "red"}}},
                headers={"Origin": origin},
            )
            assert got.status_code == status, origin
            allowed = got.headers.get("access-control-allow-origin")
            assert allowed == (origin if status == 200 else None)


def test_the_page_gets_the_storefront_key_of_the_settings_and_no_other(shop, keyed, secrets):
    from lookalike import InvalidInput

    def served(key):
        settings = shop.settings(workspace=keyed.settings.workspace, storefront_key=key)
        with Engine.open(settings) as engine, TestClient(served_app(engine, "::1")) as client:
            return client.get("/").text

    assert f'content="{secrets["storefront"]}"' in served(secrets["storefront"])
    assert "lookalike-key" not in served("")
    for wrong in (secrets["admin"], "lk_unknown"):
        with pytest.raises(InvalidInput, match="storefront_key"):
            served(wrong)


# What nobody may read


def test_a_failure_inside_is_a_problem_with_all_headers_and_is_logged_without_names(
    shop, keyed, secrets, caplog, monkeypatch
):
    def broken(*_args, **_more):
        raise RuntimeError("boom")

    monkeypatch.setattr(keyed, "product", broken)
    with TestClient(create_app(keyed), raise_server_exceptions=False) as client:
        got = client.get(f"{HERE}/products/secret-sku", headers=bearer(secrets["catalog"]))
    assert got.status_code == 500
    assert got.headers["content-type"] == "application/problem+json"
    for name in ("content-security-policy", "x-content-type-options", "referrer-policy"):
        assert name in got.headers
    assert got.headers["cache-control"] == "no-store"
    assert "boom" not in got.text
    told = caplog.text
    assert "RuntimeError" in told
    assert "{sku:path}" in [getattr(one, "route", "") for one in caplog.records][-1]
    assert "secret-sku" not in told
    assert secrets["catalog"] not in told


def test_metrics_are_for_keys_that_may_see_all_collections(client, secrets):
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers=bearer(secrets["recommend"])).status_code == 403
    told = client.get("/metrics", headers=bearer(secrets["admin"]))
    assert told.status_code == 200
    assert "lookalike_" in told.text


def test_no_log_holds_a_key_a_header_or_a_user(client, keyed, secrets, sku, caplog):
    caplog.set_level(logging.DEBUG)
    token = user_token(secrets["users"], "user-jane-doe")
    made = client.post(
        "/v1/keys", json={"name": "log", "scopes": ["events"]}, headers=bearer(secrets["admin"])
    ).json()
    for secret in (*secrets.values(), made["secret"], "lk_abcdefgh_wrong-key-" + "x" * 40):
        headers = bearer(secret, **{"Lookalike-User": token})
        client.get(f"{HERE}/users/user-jane-doe", headers=headers)
        client.get(f"{HERE}/users/user-jane-doe/feed", headers=headers)
        client.delete(f"{HERE}/users/user-jane-doe", headers=headers)
        client.post(f"{HERE}/events", json={"user_id": "user-jane-doe"}, headers=headers)
    told = "".join(
        record.getMessage()
        for record in caplog.records
        if record.name.startswith(("lookalike", "uvicorn", "fastapi", "sqlalchemy"))
    )
    for hidden in (*secrets.values(), made["secret"], token, "wrong-key", "user-jane-doe"):
        assert hidden not in told


@pytest.mark.parametrize("path", ["/", "/storefront/app.js", "/storefront/none.js", "/v1/none"])
def test_every_answer_carries_security_headers(client, path):
    headers = client.get(path).headers
    for name in (
        "content-security-policy",
        "x-content-type-options",
        "x-frame-options",
        "referrer-policy",
        "cross-origin-opener-policy",
    ):
        assert name in headers
