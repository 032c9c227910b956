"""What both clients send and make of answers, against a server that answers as told."""

import asyncio
import inspect
import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from scripted import scripted

from lookalike import Conflict, InvalidInput, LookalikeError, NotFound, Unavailable
from lookalike.client import (
    AsyncClient,
    Client,
    JobFailed,
    Recommendations,
    Record,
    asynchronous,
    blocking,
    explain_similarity,
    explainSimilarity,
)
from lookalike.client import arguments as written
from lookalike.wire.looks_schema import LooksBody, RuleBody, SceneBody
from lookalike.wire.rules_schema import MerchantRuleInput, RulePreviewInput
from lookalike.wire.schema import ConnectBody, ConnectSettings, ProductInput, RetrieveBody
from lookalike.wire.users_schema import PreferencesBody

EMPTY = {"body": {"recommendations": [], "request_id": "r", "degraded": []}}
ALIASES = {
    "forget_slot": "forgetSlot",
    "forget_type": "forgetType",
    "set_slot": "setSlot",
    "set_type": "setType",
    "unknown_words": "unknownWords",
    "from_scene": "fromScene",
    "get_complementary": "getComplementary",
    "update_preferences": "updatePreferences",
    "why_not": "whyNot",
}


def waited(use, url, **options):
    with Client(base_url=url, **options) as client:
        return use(client)


def awaited(use, url, **options):
    async def run():
        async with AsyncClient(base_url=url, **options) as client:
            return await use(client)

    return asyncio.run(run())


@pytest.fixture(params=[waited, awaited])
def call(request):
    """Make one call with either client; without a pause between attempts."""

    def made(use, told, **options):
        given = {"collection": "c", "backoff_s": 0, **options}
        return request.param(use, told.url, **given)

    return made


def error_of(call, use, told, **options):
    with pytest.raises(LookalikeError) as raised:
        call(use, told, **options)
    return raised.value


def test_the_key_goes_along_as_a_bearer_and_only_when_there_is_one(call, monkeypatch):
    monkeypatch.delenv("LOOKALIKE_API_KEY", raising=False)
    with scripted({}) as told:
        call(lambda client: client.health(), told, api_key="k")
        call(lambda client: client.health(), told)
        monkeypatch.setenv("LOOKALIKE_API_KEY", "from the environment")
        call(lambda client: client.health(), told)
    keys = [{k.lower(): v for k, v in one["headers"].items()} for one in told.asked]
    assert [one.get("authorization") for one in keys] == [
        "Bearer k",
        None,
        "Bearer from the environment",
    ]


def test_a_key_is_not_shown_where_a_client_is(monkeypatch):
    with Client("secret") as client:
        assert "secret" not in repr(client._transport.link)


def test_a_dictionary_and_keywords_are_the_same_and_none_counts_as_not_given(call):
    asked = {"query": {"type": "product", "product_id": "a"}, "limit": 3, "weights": None}
    with scripted(EMPTY) as told:
        call(lambda client: client.retrieve(asked), told)
        call(lambda client: client.retrieve(**asked), told)
        call(lambda client: client.retrieve({"limit": 9, **asked}, limit=3), told)
    bodies = [json.loads(one["body"]) for one in told.asked]
    assert bodies == [{"query": asked["query"], "limit": 3}] * 3
    assert set(told.paths) == {"/v1/collections/c/retrieve"}


def test_what_is_no_dictionary_is_refused_before_it_is_sent(call):
    with scripted(EMPTY) as told:
        error = error_of(call, lambda client: client.retrieve("SKU-1"), told)
    assert isinstance(error, InvalidInput)
    assert told.asked == []


def test_whatever_an_id_holds_stays_in_its_place_of_the_address(call):
    with scripted({}) as told:
        call(lambda client: client.collections.get("a b", "ä/b?c#d"), told)
        call(lambda client: client.users.get("../x"), told)
    assert told.paths == [
        "/v1/collections/a%20b/products/%C3%A4%2Fb%3Fc%23d",
        "/v1/collections/c/users/..%2Fx",
    ]


def test_reading_is_repeated_after_a_broken_connection_and_a_503(call):
    with scripted({"broken": True}, {"status": 503}, EMPTY) as told:
        assert call(lambda client: client.retrieve(query={}), told).request_id == "r"
        assert len(told.asked) == 3


def test_reading_is_repeated_at_most_as_often_as_told(call):
    with scripted({"status": 503, "body": {"code": "unavailable", "detail": "No index."}}) as told:
        error = error_of(call, lambda client: client.health(), told, retries=3)
        assert (type(error), error.message, len(told.asked)) == (Unavailable, "No index.", 4)
    with scripted({"broken": True}) as told:
        assert type(error_of(call, lambda client: client.health(), told)) is Unavailable
        assert len(told.asked) == 3


@pytest.mark.parametrize("answer", [{"broken": True}, {"status": 503}])
@pytest.mark.parametrize(
    "use",
    [
        lambda client: client.users.update_preferences(user_id="u", interaction={}),
        lambda client: client.products.upsert(sku="s"),
        lambda client: client.products.delete("s"),
        lambda client: client.buckets.connect(bucket_uri="/x"),
        lambda client: client.events.record({"kind": "view"}),
        lambda client: client.users.erase("u"),
    ],
)
def test_what_changes_something_is_repeated_under_one_key_and_the_next_call_has_another(
    call, use, answer
):
    with scripted(answer) as told:
        for _ in range(2):
            assert type(error_of(call, use, told, retries=1)) is Unavailable
        keys = [key_of(one) for one in told.asked]
        assert len(keys) == 4
        assert keys[0] == keys[1] != keys[2] == keys[3]
        assert all(keys)


def test_a_request_that_is_still_at_work_is_asked_for_again_and_another_conflict_is_told(call):
    running = {"status": 409, "headers": {"Retry-After": "0"}, "body": {"code": "x"}}
    with scripted(running, {"body": {"job_id": "j"}}) as told:
        assert call(lambda client: client.jobs.resume("j"), told).job_id == "j"
        assert len(told.asked) == 2
    with scripted({"status": 409, "body": {"code": "conflict", "detail": "No."}}) as told:
        assert type(error_of(call, lambda client: client.jobs.resume("j"), told)) is Conflict
        assert len(told.asked) == 1


@pytest.mark.parametrize(
    "use",
    [
        lambda client: client.keys.create(name="page", scopes=["recommend"]),
        lambda client: client.keys.rotate("k"),
        lambda client: client.keys.revoke("k"),
    ],
)
def test_a_key_is_not_made_or_turned_twice_as_nobody_keeps_its_secret(call, use):
    with scripted({"broken": True}, {}) as told:
        assert type(error_of(call, use, told, retries=2)) is Unavailable
        assert [key_of(one) for one in told.asked] == [None]
    with scripted({"status": 503}, {"body": {}}) as told:  # nothing was done
        call(use, told)
        assert len(told.asked) == 2


def test_what_reads_has_no_key(call):
    with scripted(EMPTY) as told:
        call(lambda client: client.retrieve(query={}), told)
        call(lambda client: client.health(), told)
    assert [key_of(one) for one in told.asked] == [None, None]


def key_of(asked):
    return {name.lower(): value for name, value in asked["headers"].items()}.get("idempotency-key")


def test_events_with_an_id_and_a_time_are_repeated_as_they_count_once(call):
    with scripted({"broken": True}, {}) as told:
        event = {"event_id": "e", "time": "2026-01-01T00:00:00Z"}
        call(lambda client: client.events.record(event), told)
        assert [json.loads(one["body"]) for one in told.asked] == [{"events": [event]}] * 2


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (422, "invalid_input", InvalidInput),
        (404, "not_found", NotFound),
        (409, "conflict", Conflict),
        (503, "unavailable", Unavailable),
        (422, "invalid_image", InvalidInput),
        (413, "refused", InvalidInput),
        (500, "error", LookalikeError),
    ],
)
def test_errors_are_those_of_the_rest_by_the_code_of_the_problem(call, status, code, kind):
    body = {"code": code, "detail": "What.", "hint": "Do."}
    with scripted({"status": status, "body": body}) as told:
        error = error_of(call, lambda client: client.health(), told, retries=0)
    assert type(error) is kind
    assert (error.code, str(error)) == (code, "What. Do.")


def test_an_answer_of_something_else_is_an_error_that_says_so(call):
    with scripted({"status": 502, "body": "<html>"}, {"body": "<html>"}) as told:
        error = error_of(call, lambda client: client.health(), told)
        assert type(error) is Unavailable
        assert "502" in str(error)
        assert "not answer with JSON" in str(error_of(call, lambda client: client.health(), told))


def test_silence_ends_at_the_timeout_and_is_not_repeated(call):
    with scripted({"silent": True}) as told:
        error = error_of(call, lambda client: client.health(), told, timeout_s=0.2)
        assert "within 0.2 s" in str(error)
        assert len(told.asked) == 1


def test_nobody_at_the_address_is_told_with_what_to_do(call):
    with scripted({}) as told:
        pass
    error = error_of(call, lambda client: client.health(), told)
    assert type(error) is Unavailable
    assert "lookalike serve" in error.hint


def test_an_address_that_is_none_is_refused():
    for options in ({"base_url": "localhost:8000"}, {"timeout_s": 0}, {"retries": -1}):
        with pytest.raises(InvalidInput):
            Client(**options)


def test_a_call_without_a_collection_takes_the_only_one_and_asks_for_it_once(monkeypatch):
    monkeypatch.delenv("LOOKALIKE_COLLECTION", raising=False)
    with scripted({"body": {"collections": [{"collection_id": "only"}]}}, {}) as told:
        with Client(base_url=told.url) as client:
            client.collections.get("a")
            client.products.get("b")
            client.products.get("other", "c")
        assert told.paths == [
            "/v1/collections",
            "/v1/collections/only/products/a",
            "/v1/collections/only/products/b",
            "/v1/collections/other/products/c",
        ]


def test_a_call_without_a_collection_lists_them_where_there_are_several_or_none(call, monkeypatch):
    names = [{"collection_id": "x"}, {"collection_id": "y"}]
    for found, said in ((names, "x, y"), ([], "none yet")):
        with scripted({"body": {"collections": found}}) as told:
            error = error_of(
                call, lambda client: client.collections.get("a"), told, collection=None
            )
            assert type(error) is InvalidInput
            assert said in str(error)
    monkeypatch.setenv("LOOKALIKE_COLLECTION", "z")
    with scripted({}) as told:
        call(lambda client: client.collections.get("a"), told, collection=None)
        assert told.paths == ["/v1/collections/z/products/a"]


def job(state, **more):
    return {"body": {"job_id": "j", "state": state, "message": "no photos", **more}}


def test_a_job_is_waited_for_until_it_is_over(call):
    with scripted(job("queued"), job("running"), job("succeeded")) as told:
        done = call(lambda client: client.buckets.connect(bucket_uri="/x", wait=True), told)
        assert (done.state, done.is_over) == ("succeeded", True)
        assert [one["method"] for one in told.asked] == ["POST", "GET", "GET"]
    with scripted(job("queued")) as told:
        started = call(lambda client: client.buckets.connect(bucket_uri="/x"), told)
        assert (started.is_over, len(told.asked)) == (False, 1)


def test_a_job_that_failed_or_takes_too_long_is_an_error(call):
    with scripted(job("failed")) as told:
        error = error_of(call, lambda client: client.jobs.wait("j"), told)
        assert isinstance(error, JobFailed)
        assert (error.job.job_id, error.code) == ("j", "job_failed")
        assert "no photos" in str(error)
    with scripted(job("running")) as told:
        error = error_of(call, lambda client: client.jobs.wait("j", wait_s=0), told)
        assert "still runs" in str(error)


def test_a_connect_call_must_name_its_collection():
    with Client(base_url="http://127.0.0.1:9") as client, pytest.raises(InvalidInput) as raised:
        client.buckets.connect(bucket_uri="/x")
    assert "collection_id" in str(raised.value)


def test_answers_are_lists_of_records_with_what_was_said_beside_them(call):
    body = {
        "recommendations": [{"sku": "a", "deep": [{"b": 1}]}],
        "degraded": ["x"],
        "cursor": None,
    }
    with scripted({"body": body}) as told:
        similar = call(lambda client: client.retrieve(query={}), told)
    assert similar == body["recommendations"]
    assert similar[0].sku == similar[0]["sku"] == "a"
    assert similar[0].deep[0].b == 1
    assert (similar.degraded, similar.cursor) == (["x"], None)
    assert similar.map(lambda one: {**one, "more": 1})[0]["more"] == 1
    again = pickle.loads(pickle.dumps(similar))
    assert (again, again.degraded, type(again)) == (similar, ["x"], Recommendations)
    with pytest.raises(AttributeError, match="degraded"):
        similar.request_id  # noqa: B018
    with pytest.raises(AttributeError, match="there is b"):
        Record(b=1).c  # noqa: B018


@pytest.mark.parametrize(
    "case",
    json.loads((Path(__file__).parent / "explained.json").read_text()),
    ids=lambda case: case["fact"],
)
def test_the_reason_of_two_products_follows_from_what_they_share(case):
    assert explain_similarity(case["anchor"], case["product"]) == case["said"]


def test_both_spellings_are_the_same_function():
    assert explainSimilarity is explain_similarity
    found = {}
    for module in (blocking, asynchronous):
        for _, kind in inspect.getmembers(module, inspect.isclass):
            for snake, camel in ALIASES.items():
                if snake in vars(kind):
                    assert vars(kind)[snake] is vars(kind)[camel]
                    found.setdefault(snake, []).append(module)
    assert found == {name: [blocking, asynchronous] for name in ALIASES}


def test_both_clients_have_the_same_calls_with_the_same_arguments():
    def calls(client):
        subjects = {"": client, **vars(client)}
        return {
            f"{subject}.{name}": inspect.signature(inspect.unwrap(method))
            for subject, holder in subjects.items()
            for name, method in inspect.getmembers(type(holder), inspect.isfunction)
            if not subject.startswith("_") and not name.startswith("_") and name != "close"
        }

    with Client() as client:
        plain = calls(client)
    assert plain == calls(AsyncClient())
    assert len(plain) > 20


def test_the_arguments_are_those_of_the_wire():
    def keys(kind):
        return {*kind.__annotations__}

    assert keys(written.Connect) - {"collection_id"} == {*ConnectBody.model_fields}
    assert keys(written.Settings) == {*ConnectSettings.model_fields}
    assert keys(written.Question) - {"collection_id"} == {*RetrieveBody.model_fields}
    assert keys(written.ProductFields) - {"collection_id", "sku"} == {*ProductInput.model_fields}
    assert keys(written.Looks) - {"collection_id"} == {*LooksBody.model_fields}
    assert keys(written.Scene) - {"collection_id"} == {*SceneBody.model_fields}
    assert keys(written.Rule) == {*RuleBody.model_fields}
    assert keys(written.MerchantRule) - {"collection_id"} == {*MerchantRuleInput.model_fields}
    assert keys(written.RulePreview) - {"collection_id"} == {*RulePreviewInput.model_fields}
    assert keys(written.Preferences) - {"collection_id", "user_id"} == {
        *PreferencesBody.model_fields
    }


def test_importing_the_client_loads_no_numpy_and_nothing_of_the_service():
    heavy = ["numpy", "pydantic", "fastapi", "sqlalchemy", "faiss", "PIL", "onnxruntime", "scipy"]
    code = (
        "import sys, lookalike.client as c; "
        f"print(sorted(set({heavy!r}) & set(sys.modules)), "
        "sorted(m for m in sys.modules if m.startswith('lookalike.') and 'client' not in m))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[] ['lookalike.errors']"


def test_every_call_says_what_it_does():
    for _, kind in inspect.getmembers(blocking, inspect.isclass):
        if kind.__module__ == blocking.__name__:
            for name, method in inspect.getmembers(kind, inspect.isfunction):
                if not name.startswith("_") and name not in ("close", "run"):
                    assert method.__doc__, name
