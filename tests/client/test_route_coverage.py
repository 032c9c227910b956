"""Both clients have a call for every route, which sends what the service reads."""

import json
import re
import shutil
import subprocess

import pytest
from scripted import scripted

from lookalike.client import Client
from lookalike.server.guard import NEEDS

WITHOUT_A_CALL = {
    "GET /": "the storefront's page, for browsers",
    "GET /metrics": "text for Prometheus, which reads it itself",
    "GET /collections/{}/images/{}": "a picture; pages show its address by <img>",
}
ANSWER = {
    "job_id": "j",
    "state": "succeeded",
    "collections": [{"collection_id": "c"}],
    "recommendations": [],
    "complementary_items": [],
    "products": [],
    "jobs": [],
    "keys": [],
    "rules": [],
    "facets": {},
    "problems": [],
    "receipts": [],
    "unknown_words": [],
}

PYTHON = (
    lambda client: client.health(),
    lambda client: client.ready(),
    lambda client: client.collections.list(),
    lambda client: client.collections.facets(),
    lambda client: client.buckets.connect(collection_id="c", bucket_uri="/x"),
    lambda client: client.products.list(),
    lambda client: client.products.get("s/1"),
    lambda client: client.products.upsert(sku="s/1", name="n"),
    lambda client: client.products.patch([{"sku": "s/1", "price": 1}]),
    lambda client: client.products.delete("s/1"),
    lambda client: client.products.duplicates(kinds=["variants"]),
    lambda client: client.attributes.get("s/1", "pattern"),
    lambda client: client.attributes.decide("s/1", "pattern", "striped", by="me"),
    lambda client: client.attributes.forget("s/1", "pattern"),
    lambda client: client.attributes.conflicts(limit=3),
    lambda client: client.attributes.unknown_words(),
    lambda client: client.retrieve(query={"product_id": "s/1"}),
    lambda client: client.why_not("s/2", query={"product_id": "s/1"}),
    lambda client: client.match("s/1", "s/2"),
    lambda client: client.upload(b"bytes"),
    lambda client: client.recommendations.get_complementary(product_id="s/1"),
    lambda client: client.recommendations.from_scene(upload_id="u"),
    lambda client: client.recommendations.quiz(),
    lambda client: client.looks.slots(),
    lambda client: client.looks.set_slot("a/b", "top"),
    lambda client: client.looks.forget_slot("a/b"),
    lambda client: client.looks.set_type("mine", required=["top"]),
    lambda client: client.looks.forget_type("mine"),
    lambda client: client.rules.list(),
    lambda client: client.rules.get("r"),
    lambda client: client.rules.set("r", kind="bury"),
    lambda client: client.rules.delete("r"),
    lambda client: client.rules.preview(remove="r"),
    lambda client: client.encoders.swap("onnx:x", compare=9),
    lambda client: client.encoders.rollback(compare=9),
    lambda client: client.jobs.list(),
    lambda client: client.jobs.get("j"),
    lambda client: client.jobs.problems("j"),
    lambda client: client.jobs.cancel("j"),
    lambda client: client.jobs.resume("j"),
    lambda client: client.keys.create(name="k", scopes=["events"]),
    lambda client: client.keys.list(),
    lambda client: client.keys.revoke("k"),
    lambda client: client.keys.rotate("k"),
    lambda client: client.users.get("u"),
    lambda client: client.users.export("u"),
    lambda client: client.users.feed("u", limit=3),
    lambda client: client.users.update_preferences(user_id="u", interaction={}),
    lambda client: client.users.decide("u", "pause"),
    lambda client: client.users.login("u", anonymous_id="a"),
    lambda client: client.users.erase("u"),
    lambda client: client.users.receipts(),
    lambda client: client.users.verify({"format": "f"}, user_id="u"),
    lambda client: client.events.record({"event_id": "e"}),
)
JAVASCRIPT = """
import { Lookalike } from '%s';
const c = new Lookalike({ baseUrl: process.argv[2], collection: 'c', retries: 0 });
const query = { product_id: 's/1' };
for (const call of [
  () => c.health(), () => c.ready(), () => c.collections.list(), () => c.collections.facets(),
  () => c.buckets.connect({ collection_id: 'c', bucket_uri: '/x' }),
  () => c.products.list(), () => c.products.get('s/1'),
  () => c.products.upsert({ sku: 's/1', name: 'n' }),
  () => c.products.patch([{ sku: 's/1', price: 1 }]), () => c.products.delete('s/1'),
  () => c.products.duplicates({ kinds: ['variants'] }),
  () => c.attributes.get('s/1', 'pattern'),
  () => c.attributes.decide('s/1', 'pattern', 'striped', { by: 'me' }),
  () => c.attributes.forget('s/1', 'pattern'),
  () => c.attributes.conflicts({ limit: 3 }), () => c.attributes.unknownWords(),
  () => c.retrieve({ query }), () => c.whyNot('s/2', { query }), () => c.match('s/1', 's/2'),
  () => c.upload(new Uint8Array([1])),
  () => c.recommendations.getComplementary({ product_id: 's/1' }),
  () => c.recommendations.fromScene({ upload_id: 'u' }), () => c.recommendations.quiz(),
  () => c.looks.slots(), () => c.looks.setSlot('a/b', 'top'), () => c.looks.forgetSlot('a/b'),
  () => c.looks.setType('mine', { required: ['top'] }), () => c.looks.forgetType('mine'),
  () => c.rules.list(), () => c.rules.get('r'), () => c.rules.set('r', { kind: 'bury' }),
  () => c.rules.delete('r'), () => c.rules.preview({ remove: 'r' }),
  () => c.encoders.swap('onnx:x', { compare: 9 }), () => c.encoders.rollback({ compare: 9 }),
  () => c.jobs.list(), () => c.jobs.get('j'), () => c.jobs.problems('j'),
  () => c.jobs.cancel('j'), () => c.jobs.resume('j'),
  () => c.keys.create({ name: 'k', scopes: ['events'] }), () => c.keys.list(),
  () => c.keys.revoke('k'), () => c.keys.rotate('k'),
  () => c.users.get('u'), () => c.users.export('u'), () => c.users.feed('u', { limit: 3 }),
  () => c.users.updatePreferences({ user_id: 'u', interaction: {} }),
  () => c.users.decide('u', 'pause'), () => c.users.login('u', { anonymous_id: 'a' }),
  () => c.users.erase('u'), () => c.users.receipts(),
  () => c.users.verify({ format: 'f' }, { user_id: 'u' }),
  () => c.events.record({ event_id: 'e' }),
]) await call();
"""


def plain(route):
    return re.sub(r"\{[^}]*\}", "{}", route)


ROUTES = {plain(route) for route in NEEDS} - {*WITHOUT_A_CALL}
PATTERNS = {
    route: re.compile(re.escape(route.replace(" ", " /v1")).replace(r"\{\}", "[^/]+") + r"(\?.*)?")
    for route in ROUTES
}


def routes_of(asked):
    found = set()
    for one in asked:
        line = f"{one['method']} {one['path']}"
        fitting = [route for route, pattern in PATTERNS.items() if pattern.fullmatch(line)]
        assert fitting, f"there is no route {line}"
        found.add(min(fitting, key=lambda route: route.count("{}")))
    return found


def bodies_of(asked):
    """(method, path) -> body, for bodies of JSON."""
    return {
        (one["method"], one["path"]): json.loads(one["body"])
        for one in asked
        if one["body"].startswith(("{", "["))
    }


def in_python():
    with scripted({"body": ANSWER}) as told, Client(base_url=told.url, collection="c") as client:
        for call in PYTHON:
            call(client)
    return told.asked


def test_the_python_client_calls_every_route():
    assert routes_of(in_python()) == ROUTES


def test_the_javascript_client_calls_every_route_with_the_same_bodies(tmp_path, request):
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node; install one: sudo apt-get install -y nodejs")
    script = tmp_path / "calls.mjs"
    module = request.config.rootpath / "clients" / "js" / "lookalike.js"
    script.write_text(JAVASCRIPT % module.as_uri())
    with scripted({"body": ANSWER}) as told:
        done = subprocess.run([node, str(script), told.url], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert routes_of(told.asked) == ROUTES
    python, javascript = bodies_of(in_python()), bodies_of(told.asked)
    assert {where[1].partition("?")[0] for where in python} == {
        where[1].partition("?")[0] for where in javascript
    }
    for where, body in javascript.items():
        if isinstance(body, dict):  # what Python sends beside it are defaults
            assert body.items() <= python[where].items(), where
        else:
            assert body == python[where], where


def test_what_has_no_call_is_a_route():
    assert {*WITHOUT_A_CALL} <= {plain(route) for route in NEEDS}
