"""Both Python clients against a real service of the sample shop: every call, the same answers."""

import asyncio
import inspect
from pathlib import Path

import pytest

from lookalike import Conflict, InvalidInput, NotFound, Unavailable
from lookalike.client import AsyncClient, Client
from lookalike.engine import Engine


@pytest.fixture(scope="module")
def skus(shop):
    return sorted(shop.truth)


def both(use, url, **options):
    """What `use` gives with each client; it awaits what can be awaited by `client.done`."""

    async def run(client, done):
        return await use(client, done)

    async def at_once(value):
        return value

    async def when_there(value):
        return await value

    with Client(base_url=url, **options) as client:
        plain = asyncio.run(run(client, at_once))

    async def awaited():
        async with AsyncClient(base_url=url, **options) as client:
            return await run(client, when_there)

    return plain, asyncio.run(awaited())


def without_id(answer):
    return {name: value for name, value in answer.beside.items() if name != "request_id"}


def test_reading_calls_give_the_same_from_both_clients(service, skus, shop):
    picture = (shop.folder / shop.truth[skus[0]]["images"][0]["file"]).read_bytes()

    async def use(client, done):
        product = await done(client.collections.get(skus[0]))
        again = await done(client.products.get("default", skus[0]))
        query = {"type": "image", "embedding": product.image_embedding}
        asked = {"query": query, "filters": {"sku": {"$ne": skus[0]}}, "limit": 4}
        similar = await done(client.retrieve(asked))
        page = await done(client.products.list(where=["in_stock", "price<=200"], limit=3))
        following = await done(
            client.products.list(where=["in_stock", "price<=200"], limit=3, cursor=page.cursor)
        )
        told = await done(client.why_not(similar[0].sku, asked))
        photo = await done(client.upload(picture))
        scene = await done(client.recommendations.from_scene(upload_id=photo.upload_id, limit=2))
        return {
            "product": product,
            "again": again,
            "similar": [*similar],
            "beside": without_id(similar),
            "page": [one.sku for one in (*page, *following)],
            "total": page.total,
            "told": told,
            "alike": await done(client.match(skus[0], similar[0].sku)),
            "quiz": [one.sku for one in await done(client.recommendations.quiz(limit=6))],
            "parts": [one.similar for one in scene.parts],
            "facets": await done(client.collections.facets()),
            "collections": await done(client.collections.list()),
            "health": await done(client.health()),
            "ready": await done(client.ready()),
            "jobs": await done(client.jobs.list(limit=1)),
        }

    plain, awaited = both(use, service)
    assert plain == awaited
    assert plain["product"] == plain["again"]
    assert plain["product"].price == float(shop.truth[skus[0]]["price"])
    assert len(plain["similar"]) == 4
    assert skus[0] not in [one.sku for one in plain["similar"]]
    assert plain["alike"].skus == [skus[0], plain["similar"][0].sku]
    assert len({*plain["quiz"]} & {*skus}) == 6
    assert skus[0] in [one.sku for part in plain["parts"] for one in part]
    assert plain["told"].sku == plain["similar"][0].sku
    cheap = [s for s in skus if shop.truth[s]["in_stock"] and float(shop.truth[s]["price"]) <= 200]
    assert (plain["page"], plain["total"]) == (cheap[:6], len(cheap))
    assert plain["ready"].status == "ready"
    assert plain["health"].collections == {"default": len(skus)}


def test_the_client_gives_what_the_engine_gives(service, shop, skus):
    from lookalike import ProductAnchor, Retrieval

    with Client(base_url=service) as client, Engine.open(shop.settings()) as engine:
        got = client.retrieve(query={"type": "product", "product_id": skus[1]}, limit=6)
        answer = engine.similar(Retrieval(ProductAnchor(skus[1]), limit=6))
    assert [(one.sku, one.similarity_score, one.similarity_reason) for one in got] == [
        (one.sku, one.score, one.reason) for one in answer.recommendations
    ]


def test_changing_calls_do_the_same_from_both_clients(own_service, shop, skus):
    photo = (shop.folder / shop.truth[skus[0]]["images"][0]["file"]).read_bytes()

    async def use(client, done):
        name = type(client).__name__.lower()
        job = await done(
            client.buckets.connect(
                {"collection_id": name, "bucket_uri": shop.catalog}, wait=True, wait_s=300
            )
        )
        with pytest.raises(Conflict) as over:
            await done(client.jobs.cancel(job.job_id))
        with pytest.raises(Conflict):
            await done(client.jobs.resume(job.job_id))
        made = await done(
            client.products.upsert(sku="NEW/1", name="New", price="12.30", collection_id=name)
        )
        await done(client.products.delete("NEW/1", collection_id=name))
        with pytest.raises(NotFound) as gone:
            await done(client.products.get(name, "NEW/1"))
        sent = await done(client.upload(photo, collection_id=name))
        found = await done(
            client.retrieve(
                collection_id=name, query={"type": "image", "upload_id": sent.upload_id}, limit=1
            )
        )
        rule = {"kind": "pin", "skus": [skus[3]], "when": "on_request"}
        draft = {"rule": {"name": "hero", **rule}, "anchors": [skus[0]], "collection_id": name}
        tried = await done(client.rules.preview(draft))
        await done(client.rules.set("hero", {**rule, "collection_id": name}))
        query = {"type": "product", "product_id": skus[0]}
        named = await done(client.retrieve(collection_id=name, query=query, rules=["hero"]))
        told = await done(client.rules.get("hero", collection_id=name))
        listed = await done(client.rules.list(collection_id=name))
        await done(client.rules.delete("hero", collection_id=name))
        with pytest.raises(InvalidInput) as several:
            await done(client.collections.get(skus[0]))
        return {
            "state": job.state,
            "over": over.value.code,
            "same": (await done(client.jobs.get(job.job_id))) == job,
            "counts": {key: job.counts[key] for key in ("products", "images", "problems")},
            "problems": await done(client.jobs.problems(job.job_id)),
            "made": (made.sku, made.price),
            "gone": gone.value.code,
            "found": found[0].sku,
            "rules": (tried.changed, told, listed == [told], named.rules),
            "after": await done(client.rules.list(collection_id=name)),
            "several": "default" in str(several.value),
        }

    plain, awaited = both(use, own_service)
    assert plain == awaited
    assert plain["state"] == "succeeded"
    assert plain["same"]
    assert plain["several"]
    assert plain["counts"]["products"] == len(skus)
    assert plain["made"] == ("NEW/1", 12.3)
    assert plain["found"] == skus[0]


def test_the_merchants_calls_do_the_same_from_both_clients(own_service, shop, skus):
    """In turn on one shop: what the first client changed it has taken back."""
    dress = min(sku for sku in shop.truth if sku.startswith("DRE"))

    async def use(client, done):
        plan = await done(client.buckets.plan(collection_id="default", bucket_uri=shop.catalog))
        first = await done(client.products.get(dress))
        patched = await done(client.products.patch([{"sku": dress, "price": 12.5}, {"sku": "X"}]))
        price = (await done(client.products.get(dress))).price
        await done(client.products.patch([{"sku": dress, "price": first.price}]))
        decided = await done(client.attributes.decide(dress, "pattern", "striped", by="me"))
        await done(client.attributes.forget(dress, "pattern"))
        after = await done(client.attributes.get(dress, "pattern"))
        typed = await done(client.looks.set_type("mine", required=["dress"], optional=["bag"]))
        await done(client.looks.forget_type("mine"))
        await done(client.looks.set_slot("dress", "top"))
        await done(client.looks.forget_slot("dress"))
        slots = await done(client.looks.slots())
        who = type(client).__name__
        feed = await done(client.users.feed(who, limit=3, where=["in_stock"]))
        receipt = await done(client.users.erase(who))
        told = await done(client.users.verify(receipt, user_id=who))
        with pytest.raises(NotFound):
            await done(client.encoders.rollback())
        with pytest.raises(InvalidInput):
            await done(client.encoders.swap("no-such-encoder"))
        return {
            "plan": (plan.products, plan.added, plan.to_encode, plan.problems),
            "patched": [one.status for one in patched.results],
            "price": price,
            "decided": (decided.value, decided.source, after.source != "human"),
            "types": "mine" in typed.look_types and "mine" not in slots.look_types,
            "set": slots.set,
            "feed": len(feed),
            "receipts": receipt in await done(client.users.receipts()),
            "genuine": (told.is_genuine, told.is_of),
            "conflicts": (await done(client.attributes.conflicts(limit=2))).products,
            "unknown": await done(client.attributes.unknown_words()),
            "alike": (await done(client.products.duplicates(kinds=["same-photo"]))).products,
        }

    plain, awaited = both(use, own_service)
    assert plain == awaited
    assert plain["plan"] == (len(skus), 0, 0, [])
    assert plain["patched"] == ["changed", "not_found"]
    assert plain["price"] == 12.5
    assert plain["decided"] == ("striped", "human", True)
    assert plain["types"]
    assert (plain["feed"], plain["receipts"], plain["genuine"]) == (3, True, (True, True))
    assert plain["alike"] == len(skus)


RULES = [
    {"attribute": "style", "match": "same"},
    {"attribute": "color_family", "match": "complementary"},
    {"attribute": "category", "match": "different"},
]


def test_a_look_is_a_list_of_products_with_whole_looks_beside_it(service, shop):
    dress = min(sku for sku in shop.truth if sku.startswith("DRE"))

    async def use(client, done):
        anchor = await done(client.collections.get(dress))
        found = await done(
            client.recommendations.get_complementary(
                product_id=dress,
                product_embedding=anchor.image_embedding,
                product_attributes=anchor.visual_attributes,
                look_type="outfit",
                rules=RULES,
                limit=6,
            )
        )
        return [*found], without_id(found)

    plain, awaited = both(use, service)
    assert plain == awaited
    items, beside = plain
    assert len(items) == 6
    assert dress not in [one.sku for one in items]
    assert all(one.price == float(shop.truth[one.sku]["price"]) for one in items)
    assert beside["anchor_product"].sku == dress
    pieces = {one.sku for one in beside["looks"][0].pieces} | {dress}
    total = sum(float(shop.truth[sku]["price"]) for sku in pieces)
    assert beside["look_total"] == pytest.approx(total)


def test_what_users_do_and_may_decide_goes_through_both_clients(service, shop, skus):
    dress = min(sku for sku in shop.truth if sku.startswith("DRE"))

    async def use(client, done):
        who = type(client).__name__
        product = await done(client.collections.get(dress))
        weights = {"view": 0.1, "save": 0.5, "cart": 0.7, "purchase": 1.0}
        signals = [
            await done(
                client.users.update_preferences(
                    user_id=who,
                    visual_signals={
                        "embedding": product.image_embedding,
                        "attributes": product.visual_attributes,
                        "weight": weight,
                    },
                )
            )
            for weight in weights.values()
        ]
        asked = {"query": {"type": "user_preferences", "user_id": who}, "limit": 10}
        feed = await done(client.retrieve({**asked, "filters": {"in_stock": True}}))
        event = {
            "event_id": f"{who}-1",
            "user_id": f"{who}-before",
            "kind": "save",
            "product_id": dress,
            "time": "2026-01-01T00:00:00Z",
        }
        first = await done(client.events.record([event]))
        again = await done(client.events.record(event))
        await done(client.users.login(who, anonymous_id=f"{who}-before"))
        known = await done(client.users.get(who))
        exported = await done(client.users.export(who))
        paused = await done(client.users.decide(who, "pause"))
        receipt = await done(client.users.erase(who))
        forgotten = await done(client.users.get(who))
        return {
            "accepted": [one.accepted for one in (*signals, first, again)],
            "repeated": again.repeated,
            "feed": len(feed),
            "in stock": all(shop.truth[one.sku]["in_stock"] for one in feed),
            "tastes": len(known.tastes) > 0,
            "saved": known.saved,
            "exported": (len(exported.events), exported.anonymous_ids == [f"{who}-before"]),
            "paused": paused.is_paused,
            "receipt": bool(receipt.signature),
            "forgotten": forgotten.tastes,
        }

    plain, awaited = both(use, service)
    assert plain == awaited
    assert plain == {
        "accepted": [1, 1, 1, 1, 1, 0],
        "repeated": 1,
        "feed": 10,
        "in stock": True,
        "tastes": True,
        "saved": [dress],
        "exported": (5, True),
        "paused": True,
        "receipt": True,
        "forgotten": [],
    }


def test_errors_of_the_service_come_through_with_code_and_hint(service, skus):
    with Client(base_url=service) as client:
        for call, kind, code, said in (
            (lambda: client.collections.get("NO-SUCH"), NotFound, "not_found", "NO-SUCH"),
            (lambda: client.retrieve(query={}, filter={}), InvalidInput, "invalid_input", "filter"),
            (
                lambda: client.retrieve(
                    query={"type": "product", "product_id": skus[0]}, filters={"colour": "red"}
                ),
                InvalidInput,
                "invalid_input",
                "colour",
            ),
            (lambda: client.upload(b"no photo"), InvalidInput, "invalid_image", ""),
            (
                lambda: client.buckets.connect(collection_id="x", bucket_uri="gs://a/b"),
                Unavailable,
                "unavailable",
                "pip install",
            ),
        ):
            with pytest.raises(kind) as raised:
                call()
            assert raised.value.code == code
            assert said in str(raised.value)


def test_every_call_of_the_client_is_made_somewhere_in_these_tests():
    here = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    with Client() as client:
        subjects = {name: one for name, one in vars(client).items() if not name.startswith("_")}
    for subject, holder in {"": client, **subjects}.items():
        for name, _ in inspect.getmembers(type(holder), inspect.isfunction):
            if not name.startswith("_") and name not in ("close",):
                place = f"client.{subject}.{name}(" if subject else f"client.{name}("
                assert place in here or name != name.lower(), place  # the other spelling is it
