import json
import mmap
import threading

import numpy as np
import pytest
from made_up_shop import LAYOUT, best, rows, shop, told, tree

from lookalike.domain.filters import fields_of
from lookalike.errors import InvalidInput, Unavailable
from lookalike.index import snapshot
from lookalike.index.protocol import Entry

META = {"change": 7, "fingerprint": "abc", "nested": {"list": [1, None, "é"]}}


def ordered(entries):
    return iter(sorted(entries.values(), key=lambda one: one.sku))


@pytest.fixture
def written(tmp_path):
    entries = shop(np.random.default_rng(1))
    folder = tmp_path / "snapshot"
    snapshot.write_snapshot(folder, ordered(entries), layout=LAYOUT, meta=META)
    return folder, entries


def one_product(text):
    return [Entry(text, rows(np.random.default_rng(1), 1), {"name": text}, text)]


def test_meta_layout_and_calibration_come_back(written):
    folder, entries = written
    opened = snapshot.open_snapshot(folder)
    assert opened.meta == META
    assert opened.index.layout == LAYOUT
    assert opened.calibration.mean.keys() == {*LAYOUT.names, "design"}
    assert len(opened.index) == len(entries)
    assert opened.index.fields["price"] == "number"
    assert opened.index.fields["tags"] == "words"


def test_rows_and_codes_stay_on_disk(written):
    folder, _ = written
    index = snapshot.open_snapshot(folder).index
    base = index._base
    for values in (base.rows, base.scan._codes, base.documents.content, base.ends):
        while values.base is not None and not isinstance(values, np.memmap):
            values = values.base
        assert isinstance(values, (np.memmap, mmap.mmap))
    assert not base.scan._index.codes.is_owned  # FAISS borrows, it does not copy


def test_the_same_products_write_the_same_bytes(written, tmp_path):
    folder, entries = written
    snapshot.write_snapshot(tmp_path / "again", ordered(entries), layout=LAYOUT, meta=META)
    for path in folder.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()


def test_a_snapshot_does_not_need_its_files_once_it_is_open(written):
    folder, entries = written
    index = snapshot.open_snapshot(folder).index
    for path in list(folder.iterdir()):
        path.unlink()
    rng = np.random.default_rng(2)
    for _ in range(10):
        where = tree(rng)
        if fields_of(where) <= index.fields.keys():
            queries = rows(rng, 2)
            hits = index.search(queries, limit=9, where=where)
            assert told(index, hits) == best(entries, queries, where, 9)


@pytest.mark.parametrize("seed", range(20))
def test_any_damage_is_unavailable_never_a_wrong_answer(written, seed):
    folder, _ = written
    names = sorted(path.name for path in folder.iterdir())
    rng = np.random.default_rng(seed)
    path = folder / names[seed % len(names)]
    content = path.read_bytes()
    path.write_bytes(content[: int(rng.integers(0, len(content)))])
    with pytest.raises(Unavailable, match=r"snapshot is damaged.*Rebuild it: lookalike index"):
        snapshot.open_snapshot(folder)
    path.unlink()
    with pytest.raises(Unavailable, match="damaged"):
        snapshot.open_snapshot(folder)


def test_a_flipped_bit_in_a_column_is_noticed(written):
    folder, _ = written
    path = next(folder.glob("column-*.f8"))
    content = bytearray(path.read_bytes())
    content[3] ^= 1
    path.write_bytes(content)
    with pytest.raises(Unavailable, match="checksum"):
        snapshot.open_snapshot(folder)


def test_a_later_format_says_so(written):
    folder, _ = written
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"format": 99}))
    with pytest.raises(Unavailable, match="has format 99; this program reads 1"):
        snapshot.open_snapshot(folder)


@pytest.mark.parametrize("skus", [("b", "a"), ("a", "a")])
def test_products_out_of_order_are_refused(tmp_path, skus):
    entries = [one_product(sku)[0] for sku in skus]
    with pytest.raises(InvalidInput, match=f"'{skus[1]}' comes after '{skus[0]}'"):
        snapshot.write_snapshot(tmp_path / "s", entries, layout=LAYOUT, meta={})


def test_products_are_let_go_while_writing(tmp_path):
    """At most one batch of entries is alive, however many come."""
    alive, most = [0], [0]

    class Counted(np.ndarray):
        def __del__(self):
            alive[0] -= 1

    def stream():
        for number in range(3_000):
            values = rows(np.random.default_rng(1), 1).view(Counted)
            alive[0] += 1
            most[0] = max(most[0], alive[0])
            yield Entry(f"{number:05d}", values, {}, "")
            del values

    snapshot.write_snapshot(tmp_path / "s", stream(), layout=LAYOUT, meta={})
    assert most[0] < 1_200  # the batch of 512 and the one being collected


def write_one(text):
    return lambda folder: snapshot.write_snapshot(
        folder, one_product(text), layout=LAYOUT, meta={"text": text}
    )


def test_generations_count_up_and_the_one_before_is_kept(tmp_path):
    assert snapshot.current(tmp_path) is None
    assert snapshot.open_current(tmp_path) is None
    for number in range(1, 5):
        assert snapshot.publish(tmp_path, write_one(f"t{number}")) == number
        generation, opened = snapshot.open_current(tmp_path)
        assert (generation, opened.meta["text"]) == (number, f"t{number}")
    left = sorted(path.name for path in (tmp_path / "generations").iterdir())
    assert left == ["000003", "000004"]
    assert snapshot.open_generation(tmp_path, 3).meta["text"] == "t3"
    with pytest.raises(Unavailable):
        snapshot.open_generation(tmp_path, 1)


def test_a_failed_write_changes_nothing_and_leaves_nothing(tmp_path):
    snapshot.publish(tmp_path, write_one("good"))

    def fail(folder):
        write_one("bad")(folder)
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        snapshot.publish(tmp_path, fail)
    assert snapshot.current(tmp_path) == 1
    assert [path.name for path in (tmp_path / "generations").iterdir()] == ["000001"]


def test_what_a_crash_left_is_swept_by_the_next_publication(tmp_path):
    snapshot.publish(tmp_path, write_one("one"))
    (tmp_path / "generations" / "building-left").mkdir()
    (tmp_path / "generations" / "000002").mkdir()  # renamed, but the pointer was never moved
    assert snapshot.current(tmp_path) == 1
    assert snapshot.publish(tmp_path, write_one("two")) == 3
    left = sorted(path.name for path in (tmp_path / "generations").iterdir())
    assert left == ["000001", "000003"]


def test_a_damaged_pointer_is_unavailable(tmp_path):
    snapshot.publish(tmp_path, write_one("one"))
    (tmp_path / "CURRENT").write_text("?")
    with pytest.raises(Unavailable, match="CURRENT reads '\\?'"):
        snapshot.current(tmp_path)


def test_readers_always_see_one_whole_generation_while_others_are_published(tmp_path):
    snapshot.publish(tmp_path, write_one("t1"))
    done = threading.Event()
    wrong, seen = [], set()

    def read():
        last = False
        while not last:
            last = done.is_set()  # one more look after the last publication
            generation, opened = snapshot.open_current(tmp_path)
            text = opened.meta["text"]
            hits = opened.index.search(rows(np.random.default_rng(1), 1), limit=5)
            if text != f"t{generation}" or opened.index.skus(hits.products) != [text]:
                wrong.append((generation, text))
            seen.add(generation)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(2, 30):
        snapshot.publish(tmp_path, write_one(f"t{number}"))
    done.set()
    reader.join()
    assert not wrong
    assert 29 in seen
