import struct
import threading
import time
import warnings
import zlib

import numpy as np
import pytest
from image_files import HEIGHT, UPRIGHT, WIDTH, corners, one_of_each, quadrants, saved
from PIL import Image, ImageCms

from lookalike.errors import InvalidInput
from lookalike.features import image_header
from lookalike.features.image import Decoded, ImageLimits, ImageProblem, decode

LIMITS = ImageLimits()
FILES = one_of_each()


def problem(data, limits=LIMITS):
    with pytest.raises(ImageProblem) as caught:
        decode(data, limits=limits)
    assert caught.value.message
    return caught.value


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_the_same_picture(name):
    decoded = decode(FILES[name], limits=LIMITS)
    assert decoded.pixels.shape == (HEIGHT, WIDTH, 3)
    assert decoded.pixels.dtype == np.uint8
    assert corners(decoded.pixels) == UPRIGHT
    assert (decoded.width_px, decoded.height_px) == (WIDTH, HEIGHT)
    assert decoded.format.lower() == name.split()[0]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(kind, orientation):
    """Each file stores the picture so that its orientation tag makes it upright."""
    undo = {
        1: lambda p: p,
        2: lambda p: p[:, ::-1],
        3: lambda p: p[::-1, ::-1],
        4: lambda p: p[::-1],
        5: lambda p: p.transpose(1, 0, 2),
        6: lambda p: np.rot90(p),
        7: lambda p: p[::-1, ::-1].transpose(1, 0, 2),
        8: lambda p: np.rot90(p, -1),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"quality": 95, "subsampling": 0} if kind == "JPEG" else {}
    stored = np.ascontiguousarray(undo[orientation](quadrants()))
    decoded = decode(saved(stored, kind, exif=exif, **options), limits=LIMITS)
    assert corners(decoded.pixels) == UPRIGHT
    assert (decoded.width_px, decoded.height_px) == (WIDTH, HEIGHT)
    assert decoded.pixels.shape == (HEIGHT, WIDTH, 3)


def test_transparent_parts_lie_on_white_and_alpha_is_kept():
    black = Image.new("RGBA", (40, 20), (0, 0, 0, 255))
    black.paste((0, 0, 0, 0), (0, 0, 20, 20))
    decoded = decode(saved(black, "PNG"), limits=LIMITS)
    assert decoded.pixels[10, 5].tolist() == [255, 255, 255]
    assert decoded.pixels[10, 35].tolist() == [0, 0, 0]
    assert decoded.alpha is not None
    assert decoded.alpha[10].tolist() == [0] * 20 + [255] * 20


def test_half_opaque_black_on_white_is_middle_gray():
    picture = Image.new("RGBA", (20, 20), (0, 0, 0, 128))
    picture.paste((255, 0, 0, 255), (0, 0, 5, 5))
    decoded = decode(saved(picture, "PNG"), limits=LIMITS)
    assert decoded.pixels[15, 15].tolist() == [127, 127, 127]


def test_an_opaque_alpha_channel_is_no_alpha_channel():
    assert decode(FILES["png rgba"], limits=LIMITS).alpha is None


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_transparent_palette_entry_becomes_alpha(kind):
    picture = Image.fromarray(quadrants()).quantize(8)
    white = picture.getpixel((WIDTH - 1, HEIGHT - 1))
    decoded = decode(saved(picture, kind, transparency=white), limits=LIMITS)
    assert decoded.alpha is not None
    assert decoded.alpha[HEIGHT - 1, WIDTH - 1] == 0
    assert decoded.alpha[0, 0] == 255
    assert corners(decoded.pixels) == UPRIGHT


def ramp(dtype, top):
    """(16, 32) rising from 0 to top, left to right."""
    return np.tile(np.linspace(0, top, 32), (16, 1)).astype(dtype)


@pytest.mark.parametrize(
    ("kind", "plane"),
    [
        ("PNG", ramp(np.uint8, 255)),
        ("PNG", ramp(np.uint16, 65535)),
        ("TIFF", ramp(np.uint16, 65535)),
        ("TIFF", ramp(np.int32, 255)),
        ("TIFF", ramp(np.int32, 1_000_000)),
        ("TIFF", ramp(np.float32, 1)),
        ("TIFF", ramp(np.float32, 255)),
        ("TIFF", ramp(np.float32, 40_000) - 20_000),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.dtype}-{value.max():.0f}",
)
def test_gray_of_any_depth_spans_black_to_white(kind, plane):
    decoded = decode(saved(plane, kind), limits=LIMITS)
    row = decoded.pixels[8].astype(int)
    assert (row[:, 0] == row[:, 1]).all()
    assert (row[:, 0] == row[:, 2]).all()
    assert np.abs(row[:, 0] - np.linspace(0, 255, 32)).max() <= 1.5


def test_float_pixels_that_are_no_numbers_do_no_harm():
    plane = ramp(np.float32, 1)
    plane[0, :3] = np.nan, np.inf, -np.inf
    assert decode(saved(plane, "TIFF"), limits=LIMITS).pixels[0, :3].max() == 0


def test_one_bit_and_gray_with_alpha_are_read():
    plane = np.zeros((16, 16), np.uint8)
    plane[:, 8:] = 255
    one_bit = Image.fromarray(plane).convert("1")
    for kind in ("PNG", "TIFF", "BMP", "GIF"):
        pixels = decode(saved(one_bit, kind), limits=LIMITS).pixels
        assert pixels[0, 0].tolist() == [0, 0, 0]
        assert pixels[0, 15].tolist() == [255, 255, 255]
    both = Image.merge("LA", (Image.fromarray(plane // 2), Image.fromarray(plane)))
    decoded = decode(saved(both, "PNG"), limits=LIMITS)
    assert decoded.pixels[0, 0].tolist() == [255, 255, 255]
    assert decoded.pixels[0, 15].tolist() == [127, 127, 127]


def png_of_16_bit_rgb(width, height):
    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    colors = np.repeat(quadrants(width, height).astype(">u2") * 257, 1, axis=0)
    rows = b"".join(b"\0" + row.tobytes() for row in colors)
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def test_16_bit_rgb_png_is_read():
    assert corners(decode(png_of_16_bit_rgb(WIDTH, HEIGHT), limits=LIMITS).pixels) == UPRIGHT


def test_only_the_first_frame_of_an_animation_counts():
    assert corners(decode(FILES["gif animated"], limits=LIMITS).pixels) == UPRIGHT


def test_a_color_profile_is_converted_to_srgb():
    """In the profile used here red and blue are swapped by construction: its primaries are."""
    swapped = swapped_profile()
    picture = Image.fromarray(np.ascontiguousarray(quadrants()[..., ::-1]))
    decoded = decode(saved(picture, "PNG", icc_profile=swapped), limits=LIMITS)
    assert corners(decoded.pixels) == UPRIGHT


def swapped_profile():
    """The sRGB profile with the tags of the red and blue primaries exchanged (ICC.1, 9.2)."""
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = plain.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    return swapped.replace("sRGB".encode("utf-16-be"), "test".encode("utf-16-be"))


@pytest.mark.parametrize("profile", [b"not a profile", b"\0" * 200])
def test_a_damaged_color_profile_is_ignored(profile):
    data = saved(quadrants(), "PNG", icc_profile=profile)
    assert corners(decode(data, limits=LIMITS).pixels) == UPRIGHT


def test_the_name_of_a_format_is_not_needed_and_not_believed():
    assert decode(FILES["png"], limits=LIMITS).format == "PNG"
    assert problem(b"this is not a picture.jpg").reason == "not_an_image"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"<?xml version='1.0'?><svg/>", "SVG"),
        (b"%PDF-1.7 and so on", "PDF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"8BPS\0\1 and so on", "Photoshop"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", None),
        (b"P6 8 8 255 " + bytes(192), None),
    ],
)
def test_other_formats_are_refused_by_name_where_known(data, name):
    refused = problem(data)
    assert refused.reason == ("unsupported_format" if name else "not_an_image")
    assert (name or "not an image") in refused.message
    assert "JPEG, PNG" in refused.hint


def test_an_empty_file_says_so():
    assert problem(b"").reason == "empty"


def test_too_many_bytes_are_not_looked_at():
    refused = problem(FILES["png"], ImageLimits(bytes=50))
    assert refused.reason == "too_many_bytes"
    assert "at most 50 are read" in refused.message


def enlarged_header(name):
    """A file whose header claims an enormous picture, and holds none of it."""
    data = bytearray(FILES[name])
    if name == "png":
        data[16:24] = struct.pack(">II", 100_000, 100_000)
        data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    elif name == "gif":
        data[6:10] = struct.pack("<HH", 60_000, 60_000)
    elif name == "bmp":
        data[18:26] = struct.pack("<ii", 100_000, 100_000)
    elif name == "webp lossless":
        data[21:25] = struct.pack("<I", 16383 | 16383 << 14)
    elif name == "jpeg":
        at = data.index(b"\xff\xc0")
        data[at + 5 : at + 9] = struct.pack(">HH", 60_000, 60_000)
    return bytes(data)


@pytest.mark.parametrize("name", ["png", "gif", "bmp", "webp lossless", "jpeg"])
def test_an_enormous_picture_is_refused_before_memory_is_taken(name):
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert problem(enlarged_header(name)).reason == "too_many_pixels"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


def test_a_tiff_with_an_enormous_tile_is_refused():
    width = height = 64
    tags = {256: width, 257: height, 258: 8, 259: 5, 262: 1, 277: 1}
    tags |= {322: 1 << 20, 323: 1 << 20, 324: 8, 325: 4}  # tile width, height, offset, bytes
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    body = struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0)
    data = b"II*\0" + struct.pack("<I", 12) + b"tile" + body
    refused = problem(data)
    assert refused.reason == "too_many_pixels"
    assert "tiles of 1048576 x 1048576" in refused.message


def test_a_png_whose_text_unpacks_to_a_hundred_megabytes_costs_no_memory():
    bomb = zlib.compress(bytes(100_000_000), 1)
    body = b"Comment\0\0" + bomb
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body
    chunk += struct.pack(">I", zlib.crc32(b"zTXt" + body))
    data = FILES["png"][:33] + chunk + FILES["png"][33:]
    started = time.process_time()
    assert problem(data).reason == "corrupt"  # Pillow refuses more than a megabyte of text
    assert time.process_time() - started < 0.5


def test_a_jpeg_of_a_thousand_scans_is_refused():
    data = FILES["jpeg progressive"]
    at = data.rindex(b"\xff\xda")
    assert problem(data[:at] + data[at:-2] * 1000).reason == "too_slow"


def test_a_decode_past_its_time_is_stopped_between_blocks():
    noise = np.random.default_rng(1).integers(0, 255, (900, 900, 3), dtype=np.uint8)
    for kind in ("JPEG", "PNG", "BMP"):
        assert problem(saved(noise, kind), ImageLimits(seconds=0)).reason == "too_slow"


def test_long_sides_are_refused():
    assert problem(saved(np.zeros((8, 21_000), np.uint8), "PNG")).reason == "too_many_pixels"


@pytest.mark.parametrize("size", [(1, 1), (7, 500), (500, 7)])
def test_a_tracking_pixel_is_too_small(size):
    assert problem(saved(np.zeros((*size, 3), np.uint8), "PNG")).reason == "too_small"


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_cut_off_file_is_never_passed_off_as_a_picture(name, share):
    """The picture is noise, so that its data reach to the end of the file."""
    noise = np.random.default_rng(3).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    kind = name.split()[0].upper()
    options = {"compression": "tiff_lzw"} if name == "tiff lzw" else {}
    data = saved(noise, kind, **options)
    refused = problem(data[: int(len(data) * share)])
    assert refused.reason in ("truncated", "corrupt")
    if kind in ("JPEG", "PNG", "WEBP", "AVIF", "BMP", "GIF"):
        assert refused.reason == "truncated"


@pytest.mark.parametrize("color", [(255, 255, 255), (0, 0, 0), (238, 240, 241)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_one_flat_color_is_a_placeholder(color, kind):
    picture = Image.new("RGB", (300, 400), color)
    assert problem(saved(picture, kind)).reason == "placeholder"


def test_a_picture_that_is_transparent_everywhere_is_a_placeholder():
    assert problem(saved(Image.new("RGBA", (50, 50)), "PNG")).reason == "placeholder"


def test_a_white_product_on_white_is_a_photo():
    pixels = np.full((200, 200, 3), 255, np.uint8)
    pixels[60:140, 60:140] = 246  # nine levels: the shade of a white shirt under soft light
    decoded = decode(saved(pixels, "JPEG", quality=90), limits=LIMITS)
    assert decoded.pixels.min() < 250


def test_a_speck_on_a_flat_ground_is_not_lost_between_samples():
    pixels = np.full((200, 200, 3), 255, np.uint8)
    pixels[101:104, 101:104] = 0
    assert isinstance(decode(saved(pixels, "PNG"), limits=LIMITS), Decoded)


def test_a_white_shape_cut_out_of_nothing_is_a_picture():
    picture = Image.new("RGBA", (50, 50), (255, 255, 255, 0))
    picture.paste((255, 255, 255, 255), (10, 10, 40, 40))
    assert decode(saved(picture, "PNG"), limits=LIMITS).alpha is not None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_target_size_reduces_by_whole_factors_only(kind):
    decoded = decode(saved(quadrants(1200, 800), kind), limits=LIMITS, target_px=250)
    assert corners(decoded.pixels) == UPRIGHT
    assert (decoded.width_px, decoded.height_px) == (1200, 800)
    assert 250 <= decoded.pixels.shape[1] < 500
    same = decode(saved(quadrants(400, 300), kind), limits=LIMITS, target_px=250)
    assert same.pixels.shape == (300, 400, 3)


def cause_of_refusal(data):
    try:
        decode(data, limits=LIMITS)
    except ImageProblem as refused:
        return refused.__cause__
    return None


def test_no_warning_of_the_decoder_reaches_the_caller():
    odd_exif = b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(40)
    samples = [saved(quadrants(), kind, exif=odd_exif) for kind in ("JPEG", "PNG", "WEBP")]
    large = saved(np.zeros((9500, 9500), np.uint8), "PNG")  # over Pillow's own warning limit
    animated = saved(quadrants(), "PNG", save_all=True, append_images=[Image.new("RGB", (8, 8))])
    doubled = animated.replace(b"IDAT", b"acTL", 1)
    tiff = bytearray(FILES["tiff"])
    tiff[-6:-2] = b"\xff\xff\xff\x7f"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for data in (*samples, large, animated, doubled, bytes(tiff)):
            assert not isinstance(cause_of_refusal(data), Warning)
        filters = list(warnings.filters)
        decode(FILES["tiff"], limits=LIMITS)
        assert warnings.filters == filters


def test_many_threads_may_decode_at_once():
    expected = {name: decode(data, limits=LIMITS).pixels for name, data in FILES.items()}
    wrong = []

    def work():
        for name, data in FILES.items():
            if not np.array_equal(decode(data, limits=LIMITS).pixels, expected[name]):
                wrong.append(name)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_problem_is_invalid_input_with_a_stable_code():
    refused = problem(b"")
    assert isinstance(refused, InvalidInput)
    assert refused.code == "invalid_image"


def test_webp_sizes_are_read_from_all_three_headers():
    rgb = quadrants(321, 123)
    alpha = np.dstack([rgb, np.full((123, 321), 100, np.uint8)])
    for data in (
        saved(rgb, "WEBP"),
        saved(rgb, "WEBP", lossless=True),
        saved(alpha, "WEBP", quality=50),
        saved(rgb, "WEBP", exif=Image.Exif().tobytes()),
    ):
        assert image_header.webp_size(data) == (321, 123)
