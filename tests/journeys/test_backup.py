"""A backup made while the workspace is in use, restored elsewhere, answers identically."""

import hashlib
import json
import random
import shutil
import sqlite3
import threading
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from lookalike import (
    Conflict,
    InvalidInput,
    NotFound,
    ProductAnchor,
    Retrieval,
    Settings,
    Unavailable,
)
from lookalike.domain.events import Event
from lookalike.domain.kept_answer import KeptAnswer
from lookalike.domain.looks import LookAnchor, LookRequest
from lookalike.domain.patch import Patch
from lookalike.domain.receipt import as_json
from lookalike.engine import Engine
from lookalike.operations import restore, verify

LONG_AGO = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def event(event_id, user_id, sku, kind="save", **more):
    return Event(event_id, user_id, kind, sku, LONG_AGO, **more)


@pytest.fixture
def used(shop, tmp_path):
    """A workspace with an index, changes beside it, events, a login and decisions."""
    folder = tmp_path / "used"
    shutil.copytree(shop.workspace, folder, ignore=lambda _, names: [
        name for name in names if name.endswith((".alive", ".writer"))
    ])  # fmt: skip
    skus = sorted(shop.truth)
    with Engine.open(shop.settings(workspace=str(folder))) as engine:
        engine.record([event(f"a{n}", "anna", sku) for n, sku in enumerate(skus[:8])])
        engine.record([event(f"b{n}", "bert", sku) for n, sku in enumerate(skus[8:14])])
        engine.record([event("c1", "phone-7", skus[20])])
        engine.users().login("anna", "phone-7")
        engine.upkeep().patch([Patch(skus[3], price=Decimal("1.25"))])
        engine.remove(skus[5])
        yield engine


def answers(engine, shop):
    """All that a shop asks, as bytes but for nothing: even the ids of the requests agree."""
    skus = [sku for sku in sorted(shop.truth) if sku != sorted(shop.truth)[5]]
    similar = [engine.similar(Retrieval(ProductAnchor(sku))) for sku in skus[::5]]
    feeds = [engine.feed(user) for user in ("anna", "bert", "nobody")]
    looks = [engine.look(LookRequest((LookAnchor(ProductAnchor(sku)),))) for sku in skus[::20]]
    return [repr(one) for one in (*similar, *feeds, *looks, engine.facets())]


def back_up(engine, path, **options):
    return engine.operations().backup(path, version=engine.version, **options)


def rows_of(workspace):
    """Every table but those that tell of processes, as sets of rows."""
    with sqlite3.connect(Path(workspace) / "lookalike.db") as database:
        names = [
            name
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'")
            if not name.startswith("sqlite_")
        ]
        found = {name: set(database.execute(f"SELECT * FROM {name}")) for name in names}
    database.close()
    return found


def test_a_restored_workspace_has_the_same_rows_and_gives_the_same_answers(used, shop, tmp_path):
    before = answers(used, shop)
    made = back_up(used, tmp_path / "one.backup")
    assert made.contents.tables["products"] == len(shop.truth)
    assert verify(tmp_path / "one.backup").contents == made.contents
    settings = shop.settings(workspace=str(tmp_path / "new"))
    done = restore(settings, tmp_path / "one.backup")
    assert (done.rebuilt, done.waiting, done.erased) == ((), {}, 0)
    assert rows_of(tmp_path / "new") == rows_of(used.settings.workspace)
    with Engine.open(settings, create=False) as engine:
        assert answers(engine, shop) == before
        again = engine.index(shop.catalog, if_changed=True)
        assert again.encoded == 0
    assert not (tmp_path / "new" / ".restoring").exists()


def test_without_its_index_a_backup_is_smaller_and_the_index_is_made_anew(shop, engine, tmp_path):
    """A collection without changes beside its index: the new index is the very same."""
    before = answers_of_all(engine, shop)
    full = back_up(engine, tmp_path / "full.backup")
    small = back_up(engine, tmp_path / "small.backup", with_index=False)
    assert small.bytes < full.bytes
    settings = shop.settings(workspace=str(tmp_path / "new"))
    assert restore(settings, tmp_path / "small.backup").rebuilt == ("default",)
    with Engine.open(settings, create=False) as opened:
        assert answers_of_all(opened, shop) == before


def answers_of_all(engine, shop):
    found = [engine.similar(Retrieval(ProductAnchor(sku))) for sku in sorted(shop.truth)[::4]]
    return [repr(replace(one, request_id="")) for one in found]


def test_a_backup_made_under_load_is_of_one_moment(used, shop, tmp_path):
    """Numbers of events have no gap up to the number that the log says is its latest, and
    products are those of some moment, while events, prices and an index run go on."""
    skus, stop, errors = sorted(shop.truth), threading.Event(), []

    def write(number):
        turn = 0
        try:
            while not stop.is_set():
                turn += 1
                used.record([event(f"w{number}-{turn}", f"u{number}", skus[turn % 20], "view")])
                used.upkeep().patch([Patch(skus[30 + number], price=Decimal(turn))])
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    job = used.start_index(shop.catalog)
    for turn in range(3):
        made = back_up(used, tmp_path / f"{turn}.backup")
        settings = shop.settings(workspace=str(tmp_path / f"new{turn}"))
        restore(settings, tmp_path / f"{turn}.backup")
        found = rows_of(tmp_path / f"new{turn}")
        (latest,) = [latest for _, latest in found["event_logs"]]
        assert len(found["events"]) == made.contents.tables["events"]
        assert max(row[2] for row in found["events"]) == latest
        with Engine.open(settings, create=False) as engine:
            listed = engine.products(limit=500)
            view = engine._parts.view("default")
            assert view.change == engine._parts.collection(None).products.latest_change()
            assert listed.count == engine.collections()["default"]
    stop.set()
    for thread in threads:
        thread.join()
    while used.job(job.id).state in {"queued", "running"}:
        threading.Event().wait(0.01)
    assert errors == []


def test_a_backup_never_overwrites_and_a_restore_never_mixes(used, shop, tmp_path):
    path = tmp_path / "one.backup"
    back_up(used, path)
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(Conflict, match="exists"):
        back_up(used, path)
    with pytest.raises(Conflict, match="not empty"):
        restore(used.settings, path)
    (tmp_path / "busy").mkdir()
    (tmp_path / "busy" / "notes.txt").write_text("mine")
    with pytest.raises(Conflict, match="not empty"):
        restore(shop.settings(workspace=str(tmp_path / "busy")), path)
    assert [one.name for one in (tmp_path / "busy").iterdir()] == ["notes.txt"]
    with pytest.raises(Unavailable):
        back_up(used, tmp_path / "no" / "such" / "folder.backup")
    with pytest.raises(NotFound):
        verify(tmp_path / "none.backup")


def test_what_a_killed_restore_left_is_cleared_away_by_the_next(used, shop, tmp_path):
    back_up(used, tmp_path / "one.backup")
    left = tmp_path / "new" / ".restoring"
    left.mkdir(parents=True)
    (left / "lookalike.db").write_text("half")
    (tmp_path / "new" / "collections").mkdir()
    restore(shop.settings(workspace=str(tmp_path / "new")), tmp_path / "one.backup")
    assert rows_of(tmp_path / "new") == rows_of(used.settings.workspace)


def test_every_cut_and_every_changed_byte_is_found_before_anything_is_restored(
    engine, shop, tmp_path
):
    whole = tmp_path / "whole.backup"
    back_up(engine, whole)
    data, rng = whole.read_bytes(), random.Random(5)
    places = [rng.randrange(len(data)) for _ in range(30)]
    ends = [0, 1, 100, len(data) // 2, len(data) - 1, len(data) - 200]
    broken = tmp_path / "broken.backup"
    changed = (data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1 :] for at in places)
    harmless = 0
    for content in (*(data[:end] for end in ends), *changed):
        broken.write_bytes(content)
        try:
            restore(shop.settings(workspace=str(tmp_path / "new")), broken)
        except InvalidInput:
            assert not (tmp_path / "new" / "lookalike.db").exists()
        else:  # a byte that no reader looks at, such as a time stamp within the archive
            harmless += 1
            assert rows_of(tmp_path / "new") == rows_of(engine.settings.workspace)
        shutil.rmtree(tmp_path / "new", ignore_errors=True)
    assert harmless <= 2


def remade(path, out, change):
    """A backup whose tables and contents were changed by somebody who knows the checksums."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w") as target:
        told = json.loads(source.read("contents.json"))
        members = {name: source.read(name) for name in told["members"]}
        change(told, members)
        told["members"] = {
            name: [len(data), hashlib.sha256(data).hexdigest()] for name, data in members.items()
        }
        for name, data in members.items():
            target.writestr(name, data)
        text = json.dumps(told).encode()
        target.writestr("contents.json", text)
        target.comment = hashlib.sha256(text).hexdigest().encode()


def as_of_0004(told, members):
    """What this workspace would have been before migrations 0005 and 0006."""
    for table in ("api_keys", "kept_answers", "merchant_rules"):
        del told["tables"][table], members[f"tables/{table}.arrow"]
    name = "tables/products.arrow"
    table = pa.ipc.open_stream(members[name]).read_all().drop(["version", "content_change"])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    members[name] = sink.getvalue().to_pybytes()
    told["schema"] = "0004"


def test_a_backup_of_an_older_version_is_migrated(used, shop, tmp_path):
    back_up(used, tmp_path / "new.backup")
    remade(tmp_path / "new.backup", tmp_path / "old.backup", as_of_0004)
    settings = shop.settings(workspace=str(tmp_path / "restored"))
    restore(settings, tmp_path / "old.backup")
    with Engine.open(settings, create=False) as engine:
        assert engine.collections() == used.collections()
        assert len(engine.users().export("anna").events) == 9
        assert engine.index(shop.catalog).encoded == 0
    assert rows_of(tmp_path / "restored")["merchant_rules"] == set()


def test_a_backup_of_a_newer_version_is_refused_by_name(used, shop, tmp_path):
    back_up(used, tmp_path / "new.backup")
    newer = tmp_path / "newer.backup"
    remade(tmp_path / "new.backup", newer, lambda told, _: told.update(schema="0999"))
    with pytest.raises(Unavailable, match="0999"):
        restore(shop.settings(workspace=str(tmp_path / "new")), newer)
    assert not (tmp_path / "new" / "lookalike.db").exists()
    remade(tmp_path / "new.backup", newer, lambda told, _: told.update(format="lookalike-backup-9"))
    with pytest.raises(InvalidInput, match="newer version"):
        verify(newer)


def test_rows_that_are_missing_though_checksums_agree_are_found(used, shop, tmp_path):
    back_up(used, tmp_path / "new.backup")
    fewer = tmp_path / "fewer.backup"

    def one_more(told, _):
        told["tables"]["events"] += 1

    remade(tmp_path / "new.backup", fewer, one_more)
    with pytest.raises(InvalidInput, match="events"):
        verify(fewer)
    with pytest.raises(InvalidInput, match="events"):
        restore(shop.settings(workspace=str(tmp_path / "new")), fewer)
    assert not (tmp_path / "new" / "lookalike.db").exists()


def test_names_in_a_backup_lead_nowhere_else(used, shop, tmp_path):
    back_up(used, tmp_path / "new.backup")

    def escape(told, members):
        members["index/default/../../../../evil"] = b"x"

    def elsewhere(told, members):
        told["generations"]["../evil"] = 1

    for change in (escape, elsewhere):
        bad = tmp_path / f"{change.__name__}.backup"
        remade(tmp_path / "new.backup", bad, change)
        with pytest.raises(InvalidInput, match="names"):
            restore(shop.settings(workspace=str(tmp_path / "a" / "new")), bad)
    assert not list(tmp_path.rglob("evil"))


@pytest.mark.parametrize("told_by", ["a later backup", "receipts"])
def test_who_was_erased_since_stays_erased(used, shop, tmp_path, told_by):
    claim = used.kept_answers.claim("page", "one", "digest", now=datetime.now(UTC))
    given = KeptAnswer(200, (), b'{"user_id": "anna"}')
    used.kept_answers.keep(claim.token, "page", "one", given)
    back_up(used, tmp_path / "before.backup")
    (receipt,) = used.users().erase("anna")
    used.record([event("d1", "bert", sorted(shop.truth)[22])])
    if told_by == "receipts":
        erasures = tmp_path / "receipts.json"
        erasures.write_text(json.dumps({"receipts": [as_json(receipt)]}))
    else:
        erasures = tmp_path / "after.backup"
        back_up(used, erasures)
    settings = shop.settings(workspace=str(tmp_path / "new"))
    done = restore(settings, tmp_path / "before.backup", erasures=[erasures])
    assert done.erased >= 9
    with Engine.open(settings, create=False) as engine:
        users = engine.users()
        for gone in ("anna", "phone-7"):
            with pytest.raises(NotFound):
                users.export(gone)
        assert len(users.export("bert").events) == 6
        assert users.verify(receipt, "anna").is_gone
        assert users.verify(receipt, "anna").is_genuine
        assert engine.record([event("a0", "anna", sorted(shop.truth)[0])]).withheld == 1
    data = (tmp_path / "new" / "lookalike.db").read_bytes()
    assert b"anna" not in data
    assert b"phone-7" not in data


def test_without_the_erasures_a_backup_brings_back_what_it_holds(used, shop, tmp_path):
    back_up(used, tmp_path / "before.backup")
    used.users().erase("anna")
    settings = shop.settings(workspace=str(tmp_path / "new"))
    restore(settings, tmp_path / "before.backup")
    with Engine.open(settings, create=False) as engine:
        assert len(engine.users().export("anna").events) == 9


def test_who_came_back_after_an_erasure_is_kept(used, shop, tmp_path):
    (receipt,) = used.users().erase("anna")
    sku = sorted(shop.truth)[0]
    later = replace(event("a-new", "anna", sku), time=datetime.now(UTC) + timedelta(seconds=1))
    assert used.record([later]).accepted == 1
    back_up(used, tmp_path / "now.backup")
    path = tmp_path / "receipts.json"
    path.write_text(json.dumps(as_json(receipt)))
    settings = shop.settings(workspace=str(tmp_path / "new"))
    assert restore(settings, tmp_path / "now.backup", erasures=[path]).erased == 0
    with Engine.open(settings, create=False) as engine:
        assert len(engine.users().export("anna").events) == 1


def test_receipts_of_others_are_refused(used, shop, tmp_path):
    back_up(used, tmp_path / "one.backup")
    forged = tmp_path / "forged.json"
    (receipt,) = used.users().erase("bert")
    forged.write_text(json.dumps(as_json(replace(receipt, pseudonym="0" * 64))))
    settings = Settings.load({"workspace": str(tmp_path / "new")})
    with pytest.raises(InvalidInput, match="did not sign"):
        restore(settings, tmp_path / "one.backup", erasures=[forged])
    with Engine.open(Settings.load({"workspace": str(tmp_path / "other")})) as other:
        back_up(other, tmp_path / "other.backup")
    with pytest.raises(InvalidInput, match="another workspace"):
        restore(settings, tmp_path / "one.backup", erasures=[tmp_path / "other.backup"])
    assert not (tmp_path / "new" / "lookalike.db").exists()
