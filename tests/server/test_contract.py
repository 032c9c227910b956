"""The server does what its OpenAPI document says, whatever it is asked: schemathesis.

Every operation of the document is asked with data that fits its shapes and with data that does
not.  Half of the requests name what the shop really has; the rest name what chance gives.
"""

import shutil

import hypothesis
import pytest
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
from lookalike.server.operation_names import OPERATIONS

CHECKS = [
    not_a_server_error,
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
