"""Another encoder while questions come in: every answer is of one generation, and none fails."""

import csv
import json
import shutil
import threading

import onnx
import pytest
from tests.features import tiny_models

from lookalike import (
    Conflict,
    Engine,
    ImageAnchor,
    InvalidInput,
    NotFound,
    Product,
    ProductAnchor,
    Retrieval,
    Settings,
)
from lookalike.index import snapshot

FEW = 8
ASKED = 3  # photos asked with: each is looked at anew
LAPS = 4  # answers that a thread sees at least before it may stop, on each side of a swap


@pytest.fixture(scope="module")
def catalog(drawn_shop, tmp_path_factory):
    """A few products of the sample shop, each with its first photo."""
    folder = tmp_path_factory.mktemp("few")
    (folder / "images").mkdir()
    with (drawn_shop / "catalog.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[:FEW]
    for row in rows:
        row["images"] = row["images"].split("|")[0]
        row["variant_group"] = ""
        shutil.copy(drawn_shop / row["images"], folder / row["images"])
    with (folder / "catalog.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return folder


@pytest.fixture(scope="module")
def photos(catalog):
    """sku -> the bytes of its photo."""
    with (catalog / "catalog.csv").open(newline="", encoding="utf-8") as file:
        return {row["sku"]: (catalog / row["images"]).read_bytes() for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return written(tmp_path_factory.mktemp("tiny"), "RGB")


@pytest.fixture(scope="module")
def swapped_colors(tmp_path_factory):
    """Rows as long as those of `tiny`, and of another space: red and blue are exchanged."""
    return written(tmp_path_factory.mktemp("other"), "BGR")


def written(folder, color):
    path = folder / "tiny.onnx"
    path.write_bytes(tiny_models.model())
    card = json.loads(tiny_models.card(input__color=color))
    del card["outputs"]["heads"]
    path.with_suffix(".json").write_text(json.dumps(card))
    return f"onnx:{path}"


@pytest.fixture
def opened(tmp_path):
    """Opens the same workspace as often as asked: each is what another process would be."""
    engines = []

    def another(**arguments):
        workspace = str(tmp_path / "workspace")
        engines.append(Engine.open(Settings.load({"workspace": workspace, **arguments})))
        return engines[-1]

    yield another
    for engine in engines:
        engine.close()


@pytest.fixture
def engine(opened, catalog):
    engine = opened()
    assert engine.index(str(catalog / "catalog.csv")).problems == ()
    return engine


def lists(engine, photos):
    """The whole lists of every product and of some photos, with their scores."""
    anchors = {
        **{sku: ProductAnchor(sku) for sku in photos},
        **{f"photo {sku}": ImageAnchor(photos[sku]) for sku in asked(photos)},
    }
    return {name: answer(engine, anchor)[1] for name, anchor in anchors.items()}


def asked(photos):
    return list(photos)[:ASKED]


def answer(engine, anchor):
    found = engine.similar(Retrieval(anchor, limit=FEW))
    return found.generation, [(one.sku, one.score) for one in found.recommendations]


def widths(engine):
    view = engine._parts.view(None)
    return view.index.layout.width, view.index.vectors(view.index.product_rows(0)).shape[1]


class Asking:
    """Threads that ask without pause, by product and by photo, and keep what they were told."""

    def __init__(self, engines, photos):
        self.told, self.failed = [], []
        self._stop = threading.Event()
        self._photos = photos
        self._threads = [
            threading.Thread(target=self._ask, args=(engine, photo))
            for engine in engines
            for photo in (False, True)
        ]
        self._laps = {thread.name: 0 for thread in self._threads}

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        self.more()
        return self

    def __exit__(self, *error):
        self.more()
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def more(self):
        """Wait until every thread has been answered several times more."""
        wanted = {name: count + LAPS for name, count in self._laps.items()}
        while not self.failed and any(self._laps[name] < wanted[name] for name in wanted):
            self._stop.wait(0.01)

    def _ask(self, engine, photo):
        skus = asked(self._photos)
        while not self._stop.is_set():
            sku = skus[self._laps[threading.current_thread().name] % len(skus)]
            anchor = ImageAnchor(self._photos[sku]) if photo else ProductAnchor(sku)
            try:
                self.told.append((f"photo {sku}" if photo else sku, *answer(engine, anchor)))
            except BaseException as error:
                self.failed.append(error)
                raise
            self._laps[threading.current_thread().name] += 1


def test_questions_are_answered_from_one_space_while_encoders_are_swapped(
    engine, opened, photos, tiny, swapped_colors
):
    server = opened()  # which never hears of the swap but by looking
    expected = {1: lists(engine, photos)}
    with Asking((engine, server), photos) as asking:
        for encoder in (tiny, swapped_colors):
            done = engine.encoders().swap(encoder)
            assert done.switched
            asking.more()
            expected[done.generation] = lists(engine, photos)
        back = engine.encoders().rollback()
        asking.more()
        expected[back.generation] = lists(engine, photos)
    assert asking.failed == []
    assert {generation for _, generation, _ in asking.told} == set(expected) == {1, 2, 3, 4}
    for name, generation, found in asking.told:
        assert found == expected[generation][name], (name, generation)
    # A photo of another space would not find its own product with a score of 1.
    for generation in expected:
        for sku in asked(photos):
            first = expected[generation][f"photo {sku}"][0]
            assert first[1] == pytest.approx(1, abs=1e-3)


def test_a_rollback_restores_the_lists_exactly_and_looks_at_no_image(engine, photos, tiny):
    before, width = lists(engine, photos), widths(engine)
    done = engine.encoders().swap(tiny)
    assert (done.encoder_before, done.encoder, done.encoded) == ("default", tiny, FEW)
    assert lists(engine, photos) != before
    assert widths(engine) != width
    back = engine.encoders().rollback()
    assert (back.encoder, back.encoded, back.reused) == ("default", 0, FEW)
    assert lists(engine, photos) == before
    assert widths(engine) == width
    forth = engine.encoders().rollback()
    assert (forth.encoder, forth.encoded) == (tiny, 0)


def test_what_is_stored_between_the_comparison_and_the_switch_is_found_after_it(
    engine, opened, catalog, photos, tiny
):
    server = opened()
    sku, other = list(photos)[:2]
    image = next(path for path in (catalog / "images").iterdir())

    def meanwhile(_):
        server.upsert(Product("NEW", images=(f"images/{image.name}",)))
        server.remove(other)
        return True

    engine.encoders().swap(tiny, agree=meanwhile)
    for one in (engine, server):
        one._parts.live(None).refresh()
        assert one.product("NEW").rows.size
        found = [each[0] for each in answer(one, ProductAnchor(sku))[1]]
        assert "NEW" in found
        assert other not in found
    assert engine._parts.view(None).fingerprint == server._parts.live(None).view().fingerprint


def test_a_product_is_measured_by_the_encoder_that_answers_now(engine, opened, catalog, tiny):
    server = opened()
    server.products()
    engine.encoders().swap(tiny)
    image = next(path for path in (catalog / "images").iterdir())
    server.upsert(Product("NEW", images=(f"images/{image.name}",)))
    assert "NEW" in [sku for sku, _ in answer(server, ImageAnchor(image.read_bytes()))[1]]


def test_a_swap_that_is_not_agreed_to_changes_nothing(engine, photos, tiny):
    before = lists(engine, photos)
    folder = engine._parts.collection(None).folder
    done = engine.encoders().swap(tiny, agree=lambda _: False)
    assert (done.switched, done.generation) == (False, 1)
    assert lists(engine, photos) == before
    assert [path.name for path in (folder / "generations").iterdir()] == ["000001"]
    with pytest.raises(NotFound, match="not been swapped"):
        engine.encoders().rollback()


def test_the_comparison_says_what_changes(engine, photos, tiny):
    seen = engine.encoders().swap(tiny, compare=5).comparison
    assert (seen.questions, seen.products_before, seen.products_after) == (5, FEW, FEW)
    assert 0 < seen.overlap_at_10 <= 1
    assert seen.lost == ()
    # Measured from pixels: the mask of `tiny` is the red channel, so families may differ, but
    # both name one; the tiny model has no heads, so what only heads tell is unknown.
    assert seen.attributes["color_family"].known_after > 0
    for times in (seen.query_before, seen.query_after, seen.photo_before, seen.photo_after):
        assert 0 < times.p50 <= times.p95


def test_an_encoder_compared_with_its_equal_agrees_everywhere(opened, catalog, tmp_path):
    """Two files of the same model that differ in a remark: other fingerprints, same rows."""
    first, second = (tmp_path / "a", tmp_path / "b")
    for folder in (first, second):
        folder.mkdir()
        model = onnx.load_from_string(tiny_models.model(extra=True))
        model.doc_string = folder.name
        (folder / "m.onnx").write_bytes(model.SerializeToString())
        (folder / "m.json").write_text(tiny_models.card())
    engine = opened(encoder=f"onnx:{first / 'm.onnx'}")
    engine.index(str(catalog / "catalog.csv"))
    seen = engine.encoders().swap(f"onnx:{second / 'm.onnx'}").comparison
    assert seen.overlap_at_10 == 1
    assert {one.same for one in seen.attributes.values()} <= {1, None}


def test_the_next_index_run_keeps_the_encoder_until_the_settings_change(
    engine, opened, catalog, tiny, swapped_colors
):
    engine.encoders().swap(tiny)
    again = opened().index(str(catalog / "catalog.csv"))
    assert (again.encoded, again.generation) == (0, 2)
    changed = opened(encoder=swapped_colors).index(str(catalog / "catalog.csv"))
    assert changed.encoded == FEW
    assert engine._parts.live(None).refresh().encoder == swapped_colors
    assert opened().index(str(catalog / "catalog.csv")).generation > changed.generation
    assert engine._parts.live(None).refresh().encoder == "default"


def test_the_encoder_that_answers_already_is_refused(engine):
    with pytest.raises(InvalidInput, match="answers with the encoder"):
        engine.encoders().swap("default")


def test_a_swap_does_not_start_while_another_process_indexes(engine, opened, tiny):
    with engine._parts.collection(None).writer(), pytest.raises(Conflict):
        opened().encoders().swap(tiny)
    assert snapshot.current(engine._parts.collection(None).folder) == 1


def test_products_whose_images_are_gone_are_named_before_the_switch(
    opened, catalog, photos, tiny, tmp_path
):
    mine = tmp_path / "mine"
    shutil.copytree(catalog, mine)
    engine = opened()
    engine.index(str(mine / "catalog.csv"))
    sku = next(iter(photos))
    next(p for p in (mine / "images").iterdir() if p.read_bytes() == photos[sku]).unlink()
    seen = []
    done = engine.encoders().swap(tiny, agree=lambda comparison: bool(seen.append(comparison)))
    assert seen[0].lost == (sku,)
    assert (done.problems, done.switched) == (1, False)
