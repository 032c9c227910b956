"""Two hundred hostile inputs through the whole product: a clear outcome each, no crash, no hang."""

import io
import os
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from lookalike import Engine, LookalikeError

SOUND = 5


def picture(seed=0, size=(60, 80)):
    rng = np.random.default_rng(seed)
    pixels = np.full((size[1], size[0], 3), 255, np.uint8)
    pixels[15:-15, 10:-10] = rng.integers(0, 200, 3)
    return Image.fromarray(pixels)


def encoded(kind, **options):
    file = io.BytesIO()
    picture(1).save(file, kind, **options)
    return file.getvalue()


def png_header(width, height):
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    )


def hostile_images():
    """name -> bytes: cut off, scrambled, mislabeled, bombs, not images at all."""
    rng = np.random.default_rng(5)
    found = {}
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"):
        whole = encoded(kind)
        for share in (0, 0.02, 0.2, 0.5, 0.9):
            found[f"cut-{kind}-{share}.jpg"] = whole[: int(len(whole) * share)]
        for number in range(11):
            broken = bytearray(whole)
            for place in rng.integers(0, len(whole), 8):
                broken[place] = rng.integers(256)
            found[f"scrambled-{kind}-{number}.jpg"] = bytes(broken)
        found[f"doubled-{kind}.jpg"] = whole + whole
        found[f"labeled-otherwise-{kind}.png"] = whole
    found |= {
        "bomb.png": png_header(100_000, 100_000) + zlib.compress(b"\0" * 1_000_000),
        "wide.png": png_header(2_000_000, 1) + b"x",
        "none.png": png_header(0, 0),
        "flat.png": _saved(Image.new("RGB", (50, 50), "white")),
        "dot.gif": _saved(Image.new("RGB", (1, 1))),
        "clear.png": _saved(Image.new("RGBA", (50, 50), (0, 0, 0, 0))),
        "page.jpg": b"<html><body>404</body></html>",
        "vector.svg.jpg": b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
        "program.jpg": b"\x7fELF" + os.urandom(200),
        "archive.jpg": b"PK\x03\x04" + os.urandom(200),
        "noise.jpg": os.urandom(5000),
        "zeros.jpg": bytes(5000),
        "large.jpg": b"\xff\xd8\xff" + bytes(21_000_000),
    }
    return found


def _saved(image):
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


LOCATIONS = [
    "../outside.jpg",
    "../../../../etc/passwd",
    "/etc/passwd",
    "/dev/zero",
    "/dev/stdin",
    "pipe.jpg",
    "circle.jpg",
    "folder.jpg",
    "outside-link.jpg",
    "locked\tname.jpg",
    "missing.jpg",
    "a" * 5000 + ".jpg",
    "file:///etc/passwd",
    "ftp://example.com/a.jpg",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)",
    "http://127.0.0.1/a.jpg",
    "http://localhost:22/a.jpg",
    "http://[::1]/a.jpg",
    "http://0.0.0.0/a.jpg",
    "http://10.0.0.1/a.jpg",
    "http://169.254.169.254/latest/meta-data",
    "http://192.168.1.1/a.jpg",
    "http://[::ffff:127.0.0.1]/a.jpg",
    "http://2130706433/a.jpg",
    "http://0x7f000001/a.jpg",
    "http://user:secret@127.0.0.1/a.jpg",
    "https://127.0.0.1:65535/a.jpg",
    "http://[nonsense/a.jpg",
    "http:///a.jpg",
    "http://127.0.0.1:99999/a.jpg",
]


@pytest.fixture
def hostile_shop(tmp_path):
    folder = tmp_path / "shop"
    folder.mkdir()
    (tmp_path / "outside.jpg").write_bytes(encoded("JPEG"))
    images = hostile_images()
    for name, data in images.items():
        (folder / name).write_bytes(data)
    for number in range(SOUND):
        picture(number + 10).save(folder / f"sound-{number}.jpg")
    os.mkfifo(folder / "pipe.jpg")
    (folder / "circle.jpg").symlink_to("circle.jpg")
    (folder / "outside-link.jpg").symlink_to(tmp_path / "outside.jpg")
    (folder / "folder.jpg").mkdir()
    names = [*images, *LOCATIONS, *(f"sound-{n}.jpg" for n in range(SOUND))]
    lines = [f'P{number},"{name}",1.50' for number, name in enumerate(names)]
    (folder / "catalog.csv").write_text("sku,image,price\n" + "\n".join(lines) + "\n")
    return folder, names


@pytest.mark.filterwarnings("error")
def test_every_hostile_image_and_location_has_one_outcome_and_the_sound_ones_are_found(
    hostile_shop, shop, tmp_path
):
    folder, names = hostile_shop
    assert len(names) > 150
    settings = shop.settings(workspace=str(tmp_path / "workspace"), fetch_timeout_s=2)
    with Engine.open(settings) as engine:
        done = engine.index(str(folder / "catalog.csv"))
        assert done.products == len(names)
        found = {one["sku"] for one in engine.products(limit=500).products}
        troubled = {one.sku for one in done.problems}
        assert found | troubled == {f"P{number}" for number in range(len(names))}
        assert not found & troubled
        assert {f"P{len(names) - 1 - n}" for n in range(SOUND)} <= found
        for place in range(len(hostile_images()), len(hostile_images()) + len(LOCATIONS)):
            assert f"P{place}" in troubled, names[place]
        assert all(one.code and one.message for one in done.problems)
        assert "secret" not in str(done.problems)
        again = engine.index(str(folder / "catalog.csv"))
        assert again.encoded == 0
        assert again.problem_counts == done.problem_counts


HEAD = b"sku,image,price\n"
CATALOGS = {
    "empty.csv": b"",
    "blank.csv": b"\n\n\n",
    "header.csv": HEAD,
    "no-sku.csv": b"a,b\n1,2\n",
    "noise.csv": bytes(range(256)) * 50,
    "zeros.csv": bytes(4000),
    "utf16.csv": "sku,image\nA,sound-0.jpg\n".encode("utf-16"),
    "utf32.csv": "sku,image\nA,sound-0.jpg\n".encode("utf-32"),
    "latin.csv": "sku,image\nÄ,sound-0.jpg\n".encode("latin-1"),
    "bom.csv": b"\xef\xbb\xbfsku,image\nA,sound-0.jpg\n",
    "huge-field.csv": HEAD + b'A,"' + b"x" * 3_000_000 + b'",1\nB,sound-0.jpg,1\n',
    "open-quote.csv": HEAD + b'A,"sound-0.jpg,1\n' * 500,
    "wide.csv": b",".join(b"c%d" % n for n in range(5000)) + b"\n" + b"1," * 5000 + b"\n",
    "ragged.csv": HEAD + b"A\nB,sound-0.jpg,1,2,3,4\n",
    "twice.csv": HEAD + b"A,sound-0.jpg,1\nA,sound-1.jpg,2\n",
    "prices.csv": HEAD
    + b"\n".join(
        b"P%d,sound-0.jpg,%s" % (n, price)
        for n, price in enumerate(
            [b"NaN", b"-3", b"inf", b"1e999", b"free", b"1,2.3.4", b"0x10", b"9" * 400, b"", b"-0"]
        )
    ),
    "skus.csv": HEAD
    + b'" ",sound-0.jpg,1\n"A\tB",sound-0.jpg,1\n'
    + b"S" * 300
    + b",sound-0.jpg,1\n",
    "formula.csv": HEAD + b"=cmd|' /C calc'!A0,sound-0.jpg,1\n",
    "cr.csv": b"sku,image\rA,sound-0.jpg\r",
    "deep.jsonl": b'{"sku":"A","image":' + b"[" * 5000 + b"]" * 5000 + b"}\n",
    "scalar.jsonl": b'1\n"x"\nnull\n[]\n{}\n',
    "nan.jsonl": b'{"sku":"A","image":"sound-0.jpg","price":NaN}\n',
    "half.jsonl": b'{"sku":"A","image":"sound-0.jpg"}\n{"sku":"B","ima',
    "keys.jsonl": b'{"sku":"A","image":"sound-0.jpg","__proto__":{"a":1},"":2}\n',
    "big-number.jsonl": b'{"sku":"A","image":"sound-0.jpg","price":1' + b"0" * 5000 + b"}\n",
    "half.json": b'[{"sku":"A","image":"sound-0.jpg"},',
    "object.json": b'{"products": 3}',
    "fake.parquet": b"PAR1" + bytes(100) + b"PAR1",
    "page.csv": b"<!doctype html><title>Sign in</title>",
    "book.csv": b"PK\x03\x04" + bytes(200),
    "suffix.xyz": HEAD + b"A,sound-0.jpg,1\n",
}


@pytest.mark.parametrize("name", CATALOGS)
def test_every_hostile_catalog_ends_in_a_report_or_in_an_error_with_a_hint(
    hostile_shop, shop, tmp_path, name
):
    folder, _ = hostile_shop
    (folder / name).write_bytes(CATALOGS[name])
    settings = shop.settings(workspace=str(tmp_path / "workspace"))
    with Engine.open(settings) as engine:
        try:
            done = engine.index(str(folder / name))
        except LookalikeError as error:
            outcome = error.message
        else:
            assert all(one.code and one.message for one in done.problems)
            outcome = done.products or done.problems
        assert outcome
