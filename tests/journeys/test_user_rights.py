"""Users see, steer and take away what is known of them, and once erased nothing is left."""

import json
import random
import shutil
import sqlite3
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from lookalike import Conflict, Engine, InvalidInput, NotFound
from lookalike.domain.events import Event, Signal
from lookalike.domain.receipt import as_json, receipt_from
from lookalike.wire import users as wire

HER, PHONE, OTHER = "anna-köhler@example.org", "device-7f3a9c", "bertram"
NOW = datetime.now(UTC).replace(microsecond=123)


@pytest.fixture
def mine(shop, tmp_path):
    """An engine over a copy of the sample shop, which the test may change."""
    folder = tmp_path / "workspace"
    shutil.copytree(shop.workspace, folder)
    with Engine.open(shop.settings(workspace=str(folder))) as opened:
        yield opened


def saves(shop, user_id, *, kind, count, prefix):
    """A user saves products of one kind, one an hour."""
    skus = [sku for sku, truth in shop.truth.items() if truth["product_type"] == kind][:count]
    assert skus, kind
    return [
        Event(f"{prefix}{number}", user_id, "save", sku, NOW - timedelta(hours=number + 1))
        for number, sku in enumerate(skus)
    ]


def favorite(shop, domain):
    """The product type that the shop has most of."""
    types = [truth["product_type"] for truth in shop.truth.values() if truth["domain"] == domain]
    return max(sorted(set(types)), key=types.count)


@pytest.fixture
def two_tastes(shop, mine):
    events = saves(shop, HER, kind=favorite(shop, "fashion"), count=4, prefix="a")
    events += saves(shop, HER, kind=favorite(shop, "home"), count=3, prefix="b")
    mine.record(events)
    return mine


def tastes(engine, user_id=HER):
    return engine.users().show(user_id).profile.tastes


def test_a_user_sees_their_tastes_with_the_products_they_come_from(two_tastes):
    shown = two_tastes.users().show(HER)
    told = {member.sku for taste in shown.profile.tastes for member in taste.members}
    assert told == {one.product_id for one in two_tastes.users().export(HER).events}
    assert told <= shown.products.keys()
    body = wire.user(HER, shown.profile, shown.products, "default")
    for taste in body["tastes"]:
        assert taste["words"]
        assert all(one["image_url"].startswith("/v1/") for one in taste["products"])


def test_a_muted_taste_has_no_share_until_it_is_unmuted(two_tastes):
    users = two_tastes.users()
    before = tastes(two_tastes)
    assert len(before) >= 2
    users.decide(HER, "mute", before[0].id)
    (muted,) = [one for one in tastes(two_tastes) if one.is_muted]
    assert {one.source for one in muted.members} == {one.source for one in before[0].members}
    served = users.show(HER).profile.served
    assert sum(one.importance for one in served) == pytest.approx(1)
    users.decide(HER, "unmute", muted.id)
    assert tastes(two_tastes) == before


def test_what_a_user_decided_survives_a_restart(two_tastes, shop):
    two_tastes.users().decide(HER, "mute", tastes(two_tastes)[0].id)
    two_tastes.users().decide(OTHER, "pause")
    settings = two_tastes.settings
    with Engine.open(settings) as again:
        assert tastes(again) == tastes(two_tastes)
        assert again.users().show(OTHER).profile.is_paused


def test_a_deleted_taste_is_gone_and_can_be_learned_anew(two_tastes):
    users = two_tastes.users()
    gone = tastes(two_tastes)[0]
    users.decide(HER, "delete", gone.members[-1].sku)
    left = {member.source for taste in tastes(two_tastes) for member in taste.members}
    assert left.isdisjoint(one.source for one in gone.members)
    later = Event("again", HER, "save", gone.sku, datetime.now(UTC))
    two_tastes.record([later])
    assert any(taste.sku == gone.sku for taste in tastes(two_tastes))


def test_while_paused_nothing_is_learned_and_resuming_goes_on(two_tastes, shop):
    users = two_tastes.users()
    before = tastes(two_tastes)
    users.decide(HER, "pause")
    assert users.show(HER).profile.served == ()
    done = two_tastes.record([Event("n1", HER, "save", next(iter(shop.truth)), NOW)])
    assert (done.accepted, done.withheld) == (0, 1)
    users.decide(HER, "resume")
    assert tastes(two_tastes) == before


def test_a_reset_begins_anew_and_a_login_does_not_bring_it_back(two_tastes, shop):
    users = two_tastes.users()
    users.decide(HER, "reset")
    assert tastes(two_tastes) == ()
    users.login(OTHER, HER)
    assert tastes(two_tastes, OTHER) == ()


def test_only_a_taste_that_there_is_can_be_muted(two_tastes):
    users = two_tastes.users()
    with pytest.raises(NotFound, match='no taste "nothing"'):
        users.decide(HER, "mute", "nothing")
    with pytest.raises(NotFound):
        users.decide(OTHER, "mute", tastes(two_tastes)[0].id)
    with pytest.raises(InvalidInput, match="mute names a taste"):
        users.decide(HER, "mute")
    with pytest.raises(InvalidInput, match="pause is not about one taste"):
        users.decide(HER, "pause", "x")


def test_export_gives_back_every_event_and_can_be_imported_again(two_tastes, shop, tmp_path):
    users = two_tastes.users()
    rows = users.export(HER).events
    target = two_tastes._workspace.collection("other", create=True)
    two_tastes.record([json.loads(json.dumps(wire.event(one))) for one in rows], collection="other")
    assert target.events.of_user(HER) == rows
    with pytest.raises(NotFound, match="Nothing is known"):
        users.export(OTHER)


def test_the_recipes_call_makes_a_taste_of_an_embedding(mine, shop):
    users = mine.users()
    sku = next(iter(shop.truth))
    detail = mine.product(sku)
    row = tuple(map(float, detail.rows[0]))
    signal = Signal((row,), {"color_family": "green"}, 0.7)
    assert users.update_preferences(HER, signal=signal, event_id="p1").accepted == 1
    users.update_preferences(HER, interaction=(sku, "cart"))
    profile = users.show(HER).profile
    assert sku in profile.in_cart
    assert {m.source for t in profile.tastes for m in t.members} == {sku, "p1"}
    with pytest.raises(InvalidInput, match="has 3 numbers"):
        users.update_preferences(HER, signal=Signal(((1.0, 2.0, 3.0),)))
    with pytest.raises(InvalidInput, match="either"):
        users.update_preferences(HER)


def test_a_user_cannot_be_taken_over_by_a_login(two_tastes):
    users = two_tastes.users()
    users.login(HER, PHONE)
    with pytest.raises(Conflict, match="cannot be joined"):
        users.login(OTHER, HER)
    with pytest.raises(InvalidInput, match="itself"):
        users.login(HER, HER)


def busy_log(shop, rng, *, users, events):
    skus = list(shop.truth)
    for number in range(events):
        yield Event(
            f"e{number:06}",
            f"customer-{rng.randrange(users):04}",
            rng.choice(["view", "save", "cart"]),
            rng.choice(skus),
            NOW - timedelta(minutes=rng.randrange(50_000)),
            session_id=f"s{number % 97}",
        )


def files_with(folder, needles):
    """A second, plain scan: every file, read whole."""
    found = set()
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            found |= {(path.name, needle) for needle in needles if needle in data}
    return found


def test_after_erasure_a_byte_scan_finds_neither_id_nor_rows(mine, shop, tmp_path):
    rng, folder = random.Random(5), tmp_path / "workspace"
    row = np.random.default_rng(5).standard_normal(
        mine.product(next(iter(shop.truth))).rows.shape[1]
    )
    row = (row / np.linalg.norm(row)).astype(np.float32)
    users = mine.users()
    mine.record(busy_log(shop, rng, users=60, events=4000))
    hers = [
        Event(
            f"h{number}", who, "save", sku, NOW - timedelta(minutes=number), reason=f"because {who}"
        )
        for number, sku in enumerate(shop.truth)
        for who in [HER if number % 2 else PHONE]
    ]
    mine.record(hers)
    users.update_preferences(HER, signal=Signal((tuple(map(float, row)),)), event_id="sig")
    users.login(HER, PHONE)
    users.decide(HER, "mute", tastes(mine)[0].id)
    mine.record(busy_log(shop, rng, users=60, events=5000))  # pages split around her rows
    needles = [
        HER.encode(),
        json.dumps(HER)[1:-1].encode(),
        PHONE.encode(),
        row.tobytes()[:40],
        b64encode(row.tobytes())[:40],
    ]
    assert {needle for _, needle in files_with(folder, needles)} >= {needles[0], needles[2]}
    (receipt,) = users.erase(HER)
    assert receipt.rows["events"] == len(hers) + 1
    assert receipt.anonymous_ids == 1
    assert receipt.scan.verdict == "clean"
    assert files_with(folder, needles) == set()
    assert mine.users().show(HER).profile.counts == {}
    assert mine._workspace.collection("default").events.count() == 5000
    assert mine.record(hers).withheld == len(hers)
    assert files_with(folder, needles) == set()


def test_deleting_rows_alone_would_leave_bytes(mine, tmp_path):
    """Why erasure rewrites the file: the scan sees what SQLite leaves behind."""
    database = tmp_path / "workspace" / "lookalike.db"
    mine.record([Event(f"x{n}", f"{HER}-{n}", "view", "sku", NOW) for n in range(2000)])
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute("DELETE FROM events")
    connection.close()
    assert files_with(tmp_path / "workspace", [HER.encode()])
    assert mine.users().erase(HER)[0].scan.verdict == "clean"


def test_a_receipt_names_what_the_scan_found_and_what_may_be_a_copy(mine, tmp_path):
    folder = tmp_path / "workspace"
    mine.record([Event("x", HER, "view", "sku", NOW), Event("y", HER + "2", "view", "sku", NOW)])
    (folder / "notes.log").write_text(f"called {HER}")
    shutil.copy(folder / "lookalike.db", folder / "lookalike.db.bak")
    (receipt,) = mine.users().erase(HER)
    assert receipt.scan.verdict == "ambiguous"
    assert receipt.scan.part_of == ("events.user_id: 1 rows", "events.sent_as: 1 rows")
    mine.users().erase(HER + "2")
    (receipt,) = mine.users().erase(HER)
    assert receipt.scan.verdict == "found"
    assert "notes.log" in receipt.scan.found_in
    assert receipt.backups == ("lookalike.db.bak",)


def test_a_receipt_is_signed_and_holds_no_id(mine):
    mine.record([Event("x", HER, "view", "sku", NOW)])
    users = mine.users()
    (receipt,) = users.erase(HER)
    told = json.loads(json.dumps(as_json(receipt)))
    assert HER not in json.dumps(told, ensure_ascii=False)
    again = receipt_from(told)
    assert again == receipt
    assert users.verify(again, HER).is_of
    assert users.verify(again, HER).is_gone
    assert not users.verify(again, OTHER).is_of
    for change in (
        {"rows": {"events": 2}},
        {"pseudonym": "0" * 64},
        {"erased_at": NOW},
        {"scan": replace(receipt.scan, verdict="found")},
    ):
        assert not users.verify(replace(receipt, **change)).is_genuine
    assert users.receipts() == (receipt,)
    with pytest.raises(InvalidInput, match="not a receipt"):
        receipt_from({"format": "lookalike-erasure-1"})


def test_several_users_are_erased_in_one_go(mine):
    mine.record([Event(f"x{n}", f"customer-{n}", "view", "sku", NOW) for n in range(4)])
    receipts = mine.users().erase("customer-0", "customer-2", "customer-9")
    assert [one.rows["events"] for one in receipts] == [1, 1, 0]
    assert {one.user_id for one in mine.users().events()[1]} == {"customer-1", "customer-3"}
