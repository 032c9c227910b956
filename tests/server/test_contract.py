"""The server does what its OpenAPI document says, whatever it is asked: schemathesis.

Every operation of the document is asked with data that fits its shapes and with data that does
not.  Half of the requests name what the shop really has; the rest name what chance gives.
"""

import json
import re
import shutil

import hypothesis
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi import checks

from lookalike import Engine
from lookalike.domain.access import Grants, scopes_of
from lookalike.server.app import create_app
from lookalike.server.described import examples_by_id
from lookalike.server.operation_names import OPERATIONS


def no_failure_of_ours(context, response, case):
    """No 5xx but the 503 that the document promises, of a collection that holds no index yet."""
    if response.status_code == 503 and response.json()["code"] == "unavailable":
        return None
    return not_a_server_error(context, response, case)


CHECKS = [
    no_failure_of_ours,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
"""Not asked: that whatever fits a shape is accepted.  A filter over a field that no product has
fits its shape, and is refused with the nearest name."""
QUICK, LONG = 6, 300
SCOPES = ("admin", "catalog", "recommend", "events", "users", "metrics", "storefront")
UNCHECKED = {
    "events.record": "takes any JSON, as three other tools send it, and names bad events by line",
}
"""Operation -> why its wrong data is not all refused."""


class Contract:
    """A service with keys on a copy of the shop, and the document that it gives."""

    def __init__(self, shop, folder):
        workspace = folder / "workspace"
        shutil.copytree(shop.workspace, workspace)
        self.engine = Engine.open(shop.settings(workspace=str(workspace)))
        self.secrets = {}
        for scope in SCOPES:
            origins = ("https://shop.example",) if scope == "storefront" else ()
            grants = Grants(scopes_of([scope]), origins=origins)
            self.secrets[scope] = self.engine.access.create(scope, grants).secret
        self.app = create_app(self.engine)
        self.document = openapi.from_asgi("/openapi.json", self.app)
        sku = min(shop.truth)
        product = self.engine.product(sku).document
        self.known = {
            "collection_id": "default",
            "sku": sku,
            "name": "pattern",
            "job_id": self.engine.jobs(limit=1)[0].id,
            "image_hash": product["images"][0]["hash"],
            "kind": product["category"],
            "user_id": "user-7",
        }

    def operation(self, operation_id):
        return self.document.find_operation_by_id(operation_id)

    def ask(self, operation_id, mode, *, examples, scope="admin"):
        """Raises what schemathesis finds; returns the statuses met."""
        operation = self.operation(operation_id)
        secret, statuses = self.secrets[scope], set()
        wanted = [
            check
            for check in CHECKS
            if check is not checks.negative_data_rejection or operation_id not in UNCHECKED
        ]

        @hypothesis.settings(
            max_examples=examples,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
        @given(case=operation.as_strategy(generation_mode=mode), is_known=st.booleans())
        def asked(case, is_known):
            if is_known and not _is_wrong_in_path(case):
                for name in case.path_parameters or {}:
                    case.path_parameters[name] = self.known.get(name, case.path_parameters[name])
            headers = {"Authorization": f"Bearer {secret}"}
            answer = case.call(headers=headers)
            statuses.add(answer.status_code)
            case.validate_response(answer, checks=wanted, headers=headers)

        try:
            asked()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, "nothing fits the shapes"
        return statuses


def _is_wrong_in_path(case):
    parts = case.meta.components if case.meta else {}
    found = parts.get(ParameterLocation.PATH)
    return found is not None and found.mode is GenerationMode.NEGATIVE


@pytest.fixture(scope="module")
def contract(shop, tmp_path_factory):
    found = Contract(shop, tmp_path_factory.mktemp("contract"))
    yield found
    found.engine.close()


IDS = [one.id for one in OPERATIONS.values()]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@pytest.mark.parametrize("mode", MODES, ids=["fitting", "wrong"])
@pytest.mark.parametrize("operation_id", IDS)
def test_every_operation_keeps_to_the_document(contract, operation_id, mode):
    contract.ask(operation_id, mode, examples=QUICK)


@pytest.mark.nightly
@pytest.mark.parametrize("mode", MODES, ids=["fitting", "wrong"])
@pytest.mark.parametrize("operation_id", IDS)
def test_every_operation_keeps_to_the_document_for_long(contract, operation_id, mode):
    contract.ask(operation_id, mode, examples=LONG)


@pytest.mark.nightly
@pytest.mark.parametrize("scope", SCOPES[1:])
@pytest.mark.parametrize("operation_id", IDS)
def test_every_operation_keeps_to_the_document_with_a_key_of_each_scope(
    contract, operation_id, scope
):
    for mode in MODES:
        contract.ask(operation_id, mode, examples=LONG // 6, scope=scope)


def test_every_operation_of_the_document_is_asked(contract):
    found = {
        one.ok().definition.raw["operationId"] for one in contract.document.get_all_operations()
    }
    assert found == set(IDS)
    assert {*UNCHECKED} <= found


REAL = {name: one for name, one in examples_by_id().items() if "request" in one}
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)


def places_of(value, here=()):
    """The ways to all that lies in a value of JSON."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for name, one in inner:
        yield (*here, name)
        if isinstance(one, dict | list):
            yield from places_of(one, (*here, name))


def changed(value, way, other):
    """A copy in which something else stands at one place."""
    copy = json.loads(json.dumps(value))
    place = copy
    for name in way[:-1]:
        place = place[name]
    place[way[-1]] = other
    return copy


def ask_mutated(contract, operation_id, examples):
    """Real requests with one thing replaced: they come further than those made by chance."""
    operation, real = contract.operation(operation_id), REAL[operation_id]["request"]
    if operation_id == "upload":  # no JSON
        return
    ways = [*places_of(real)]

    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(way=st.sampled_from(ways), other=ANYTHING)
    def asked(way, other):
        headers = {"Authorization": f"Bearer {contract.secrets['admin']}"}
        path = {
            name: contract.known.get(name, "x") for name in re.findall(r"\{(\w+)\}", operation.path)
        }
        body = json.loads(json.dumps(changed(real, way, other)))
        case = operation.Case(
            path_parameters=path, body=body, media_type="application/json", headers={}
        )
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS[:5], headers=headers)

    asked()


MUTATED = sorted({*REAL} & set(IDS) - {"encoders.swap", "encoders.rollback"})
"""Those two would only build one encoder after another."""


@pytest.mark.parametrize("operation_id", MUTATED)
def test_real_requests_with_one_thing_replaced_keep_to_the_document(contract, operation_id):
    ask_mutated(contract, operation_id, QUICK)


@pytest.mark.nightly
@pytest.mark.parametrize("operation_id", MUTATED)
def test_real_requests_with_one_thing_replaced_keep_to_it_for_long(contract, operation_id):
    ask_mutated(contract, operation_id, LONG)


def test_jobs_are_listed_where_no_collection_has_the_usual_name(shop, tmp_path):
    settings = shop.settings(workspace=str(tmp_path / "workspace"))
    with Engine.open(settings) as engine, TestClient(create_app(engine)) as client:
        assert client.get("/v1/jobs").json() == {"jobs": []}
        engine.index(shop.catalog, collection="spring", dry_run=True)
        assert client.get("/v1/jobs").json() == {"jobs": []}


@pytest.mark.parametrize("price", [1e13, "1e13", 2.4e211, True, "1,5"])
def test_a_price_that_no_product_can_have_is_refused_by_every_way_in(contract, price):
    """One of 2.4e211 was taken once, and no look of the shop could be made any more."""
    with TestClient(contract.app) as client:
        headers = {"Authorization": f"Bearer {contract.secrets['admin']}"}
        here = "/v1/collections/default/products"
        put = client.put(f"{here}/dear", json={"price": price}, headers=headers)
        assert put.status_code == 422, put.text
        sku = contract.known["sku"]
        sent = client.patch(here, json=[{"sku": sku, "price": price}], headers=headers)
        assert sent.status_code == 422 or sent.json()["results"][0]["status"] == "invalid"


def test_numbers_are_numbers_and_yes_is_no_truth_value(contract):
    with TestClient(contract.app) as client:
        headers = {"Authorization": f"Bearer {contract.secrets['admin']}"}
        for wrong in ({"limit": "3"}, {"explain": "yes"}, {"limit": True}, {"min_score": "0.1"}):
            body = {"query": {"product_id": contract.known["sku"]}, **wrong}
            got = client.post("/v1/collections/default/retrieve", json=body, headers=headers)
            assert got.status_code == 422, wrong
            assert next(iter(wrong)) in got.json()["detail"]
