import numpy as np
import pytest
from image_files import saved
from PIL import Image, ImageDraw

from lookalike.errors import InvalidInput
from lookalike.features.encoder import default_encoder
from lookalike.features.heads import UNKNOWN, head_attribute, head_attributes, head_channel
from lookalike.features.image import ImageLimits, ImageProblem
from lookalike.features.pipeline import ANALYSIS_PX, Extractor
from lookalike.features.protocol import Encoded, InputSpec


class RedEncoder:
    """An Encoder whose mask is "red here" and whose embedding is the mean color."""

    fingerprint = "red-1"
    embedding_size = 3
    batch_size = 1

    def __init__(self, *, heads=None, mask=True, fit="pad"):
        self.heads = heads or {}
        self.input = InputSpec(size_px=56, fit=fit)
        self._mask = mask

    def encode(self, pictures):
        colors = pictures.reshape(len(pictures), -1, 3).mean(axis=1).astype(np.float32) + 1
        red = (pictures[..., 0] > 128) & (pictures[..., 1] < 128)
        return Encoded(
            embedding=colors / np.linalg.norm(colors, axis=1, keepdims=True),
            mask=red.astype(np.float32) if self._mask else None,
            heads={
                name: np.tile(np.linspace(0, 1, len(c), dtype=np.float32), (len(pictures), 1))
                / np.float32(len(c) / 2)
                for name, c in self.heads.items()
            },
        )


HEADS = {
    "pattern": ("solid", "striped", "dotted"),
    "style": ("casual", "formal"),
    "material": ("fabric", "leather"),
    "product_type": ("Shirts", "Shoes"),
    "color": ("black", "white", "red"),
    "gender": ("men", "women"),
}


def red_box(width=300, height=200, ground=(90, 120, 200)):
    """A red box over the left half of a blue ground."""
    picture = Image.new("RGB", (width, height), ground)
    ImageDraw.Draw(picture).rectangle((0, 0, width // 2 - 1, height - 1), fill=(220, 30, 30))
    return picture


@pytest.fixture(scope="module")
def extractor():
    return Extractor(default_encoder(threads=2))


def shirts(count, size=(60, 80)):
    """Photos of shirts as a child draws them, each in its own color."""
    rng = np.random.default_rng(4)
    for _ in range(count):
        picture = Image.new("RGB", (240, 320), "white")
        draw = ImageDraw.Draw(picture)
        color = tuple(int(c) for c in rng.integers(0, 200, 3))
        body = [(80, 60), (160, 60), (230, 120), (200, 150), (180, 130), (180, 280), (60, 280)]
        draw.polygon([*body, (60, 130), (40, 150), (10, 120)], fill=color)
        yield saved(picture.resize(size), "JPEG", quality=90)


def test_a_row_holds_every_channel_of_an_encoder_with_all_heads():
    layout = Extractor(RedEncoder(heads=HEADS)).layout
    assert layout.names == ("look", "color", "pattern", "style", "material", "type", "shape")
    sizes = {channel.name: channel.size for channel in layout.channels}
    assert (sizes["look"], sizes["pattern"], sizes["type"]) == (3, 3, 2)


def test_channels_of_missing_heads_are_left_out():
    extractor = Extractor(RedEncoder())
    assert extractor.layout.names == ("look", "color", "shape")
    features = extractor.extract(saved(red_box(), "PNG"))
    assert set(features.attributes) == {"color_family", "shape", "complexity", "aesthetic"}
    assert features.row.shape == (extractor.layout.width,)


def test_the_product_is_measured_and_not_its_background():
    features = Extractor(RedEncoder()).extract(saved(red_box(), "PNG"))
    assert features.attributes["color_family"].value == "red"
    assert features.evidence["mask"] == "encoder"
    assert abs(features.evidence["mask_share"] - 0.5) < 0.05
    assert len(features.palette) == 1


FORMS = ("shape", "complexity", "aesthetic")


def page_of_text(seed, size=(400, 300)):
    """Lines of small dark marks over a white page."""
    rng = np.random.default_rng(seed)
    pixels = np.full((*size, 3), 255, np.uint8)
    for top in range(16, size[0] - 24, 16):
        for left in range(16, size[1] - 24, 8):
            if rng.random() < 0.8:
                pixels[top : top + 9, left : left + 6][rng.random((9, 6)) < 0.5] = 20
    return pixels


@pytest.mark.parametrize("seed", range(3))
def test_a_page_of_text_has_no_form(extractor, seed):
    features = extractor.extract(saved(page_of_text(seed), "PNG"))
    assert [features.attributes[name].value for name in FORMS] == ["unknown"] * 3
    assert all(features.attributes[name].confidence < 0.3 for name in FORMS)
    assert features.components == ()


def test_a_line_drawing_has_no_shape(extractor):
    pixels, across = np.full((300, 300, 3), 255, np.uint8), np.arange(40, 260)
    down = (150 + 90 * np.sin(across / 25)).astype(int)
    for thick in range(4):
        pixels[down + thick, across] = 0
    attributes = extractor.extract(saved(pixels, "PNG")).attributes
    assert attributes["shape"].value == attributes["complexity"].value == "unknown"


def test_a_cut_out_tall_box_is_tall_and_minimal(extractor):
    pixels = np.zeros((300, 200, 4), np.uint8)
    pixels[50:250, 60:140] = (180, 30, 40, 255)
    features = extractor.extract(saved(pixels, "PNG"))
    assert features.attributes["shape"].value == "tall"
    assert features.attributes["complexity"].value == "minimal"
    assert features.evidence["background"] == "plain"


def test_white_on_white_and_eight_pixels_are_said_right_or_not_at_all(extractor):
    white = np.full((300, 300, 3), 255, np.uint8)
    white[60:240, 90:210] = 244
    tiny = np.full((8, 8, 3), 255, np.uint8)
    tiny[2:6, 2:6] = (200, 30, 40)
    for pixels, right in ((white, {"tall", "unknown"}), (tiny, {"boxy", "unknown"})):
        features = extractor.extract(saved(pixels, "PNG"))
        assert features.attributes["shape"].value in right
        assert features.attributes["complexity"].value in ("minimal", "unknown")
        assert features.components == ()


def test_the_evidence_says_whether_the_background_is_plain(extractor):
    red = np.asarray(red_box(300, 200, ground=(255, 255, 255)))[:, :200]
    scene = np.random.default_rng(3).integers(0, 256, (200, 300, 3)).astype(np.uint8)
    assert extractor.extract(saved(red, "PNG")).evidence["background"] == "plain"
    assert extractor.extract(saved(scene, "PNG")).evidence["background"] == "busy"


def test_an_alpha_channel_goes_before_the_mask():
    picture = red_box().convert("RGBA")
    ImageDraw.Draw(picture).rectangle((0, 0, 149, 199), fill=(220, 30, 30, 0))  # cut the red out
    features = Extractor(RedEncoder()).extract(saved(picture, "PNG"))
    assert features.evidence["mask"] == "alpha"
    assert features.attributes["color_family"].value == "blue"


def test_an_encoder_without_mask_still_measures():
    features = Extractor(RedEncoder(mask=False)).extract(saved(red_box(), "PNG"))
    assert features.evidence["mask"] in ("border", "whole")


@pytest.mark.parametrize("fit", ["pad", "stretch"])
def test_the_mask_lies_where_the_product_is_whatever_the_fit(fit):
    features = Extractor(RedEncoder(fit=fit)).extract(saved(red_box(400, 100), "PNG"))
    assert features.attributes["color_family"].value == "red"
    assert abs(features.evidence["mask_share"] - 0.5) < 0.05


def test_a_crop_measures_only_what_it_frames():
    data = saved(red_box(), "PNG")
    right = Extractor(RedEncoder(mask=False)).extract(data, crop_box=(0.5, 0, 0.5, 1))
    assert right.attributes["color_family"].value == "blue"
    assert (right.width_px, right.height_px) == (150, 200)
    with pytest.raises(InvalidInput, match="does not lie inside"):
        Extractor(RedEncoder()).extract(data, crop_box=(0.5, 0, 0.6, 1))


def test_a_small_crop_of_a_large_photo_keeps_its_detail():
    """Stripes two pixels wide in a tenth of a large JPEG would vanish in a reduced decode."""
    pixels = np.full((4000, 4000, 3), 128, np.uint8)
    pixels[:400, :400:4] = 0
    pixels[:400, 1:400:4] = 0
    pixels[:400, 2:400:4] = 255
    pixels[:400, 3:400:4] = 255
    data = saved(pixels, "JPEG", quality=95)
    extractor = Extractor(default_encoder(threads=1))
    detail = extractor.prepare(data, crop_box=(0, 0, 0.05, 0.05)).square[112].astype(int)
    assert np.ptp(detail, axis=0).max() > 150


def test_an_unusable_image_raises_its_problem_before_any_encoding():
    with pytest.raises(ImageProblem) as caught:
        Extractor(RedEncoder(), limits=ImageLimits(bytes=10)).prepare(saved(red_box(), "PNG"))
    assert caught.value.reason == "too_many_bytes"


def test_the_analysis_picture_is_small_and_never_enlarged():
    extractor = Extractor(RedEncoder())
    assert max(extractor.prepare(saved(red_box(), "PNG")).pixels.shape) == ANALYSIS_PX
    assert extractor.prepare(saved(red_box(60, 80), "PNG")).pixels.shape == (80, 60, 3)


def test_gender_is_evidence_and_never_an_attribute():
    features = Extractor(RedEncoder(heads=HEADS)).extract(saved(red_box(), "PNG"))
    assert features.evidence["gender_hint"] == "women"
    assert "gender" not in features.attributes
    assert set(features.attributes) == {
        "color_family",
        "pattern",
        "style",
        "material_appearance",
        "product_type",
        "shape",
        "complexity",
        "aesthetic",
    }


def test_a_photo_scores_one_against_itself_in_every_channel(extractor):
    data = next(shirts(1))
    batch = [extractor.prepare(one) for one in (*shirts(3), data)]
    indexed = extractor.finish(batch[3], extractor.encode(batch)[3])
    query = extractor.extract(data)
    assert np.array_equal(indexed.row, query.row)
    for part in extractor.layout.split(query.row).values():
        assert abs(float(part @ part) - 1) < 1e-5


def test_rows_do_not_depend_on_how_the_work_was_cut(extractor):
    prepared = [extractor.prepare(data) for data in shirts(7)]
    whole = [
        extractor.finish(p, e) for p, e in zip(prepared, extractor.encode(prepared), strict=True)
    ]
    for cut in (1, 3):
        parts = [
            extractor.finish(p, e)
            for start in range(0, 7, cut)
            for p, e in zip(
                prepared[start : start + cut],
                extractor.encode(prepared[start : start + cut]),
                strict=True,
            )
        ]
        assert all(np.array_equal(a.row, b.row) for a, b in zip(whole, parts, strict=True))


def test_a_drawn_shirt_is_found_on_its_ground(extractor):
    for data in shirts(3, size=(240, 320)):
        share = extractor.extract(data).evidence["mask_share"]
        assert 0.3 < share < 0.65  # the polygon covers 0.46 of the picture


def test_the_fingerprint_follows_the_encoder():
    other = RedEncoder()
    other.fingerprint = "red-2"
    assert Extractor(RedEncoder()).fingerprint == Extractor(RedEncoder()).fingerprint
    assert Extractor(RedEncoder()).fingerprint != Extractor(other).fingerprint


@pytest.mark.parametrize("seed", range(10))
def test_head_channels_are_unit_and_their_product_is_the_overlap_of_the_distributions(seed):
    rng = np.random.default_rng(seed)
    p, q = rng.dirichlet(np.ones(6), size=2).astype(np.float32)
    assert abs(np.linalg.norm(head_channel(p)) - 1) < 1e-6
    assert abs(head_channel(p) @ head_channel(q) - sum(np.sqrt(p * q))) < 1e-5


def test_an_unsure_attribute_is_unknown_and_keeps_its_probabilities():
    classes = ("a", "b", "c", "d")
    unsure = head_attribute("product_type", classes, np.array([0.3, 0.4, 0.2, 0.1], np.float32))
    assert unsure.value == UNKNOWN
    assert list(unsure.probabilities) == ["b", "a", "c"]
    sure = head_attribute("product_type", classes, np.array([0.1, 0.8, 0.1, 0], np.float32))
    assert (sure.value, round(sure.confidence, 5)) == ("b", 0.8)


def test_style_and_material_are_unknown_on_what_the_encoder_does_not_know():
    classes = {"product_type": tuple("abcd"), "style": ("casual", "formal"), "pattern": ("x", "y")}
    sure = np.array([0.9, 0.1], np.float32)
    known = {"product_type": np.array([0.4, 0.3, 0.2, 0.1], np.float32)}
    foreign = {"product_type": np.full(4, 0.25, np.float32)}
    both = {"style": sure, "pattern": sure}
    assert head_attributes(classes, {**known, **both})["style"].value == "casual"
    hidden = head_attributes(classes, {**foreign, **both})
    assert hidden["style"].value == UNKNOWN
    assert hidden["style"].probabilities["casual"] > 0.8
    assert hidden["pattern"].value == "x"
