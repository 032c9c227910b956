"""Catalogues and images in an S3-compatible store, a real server on the loopback interface."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lookalike import Engine, Settings
from lookalike.errors import InvalidInput, NotFound, Unavailable
from lookalike.sources import objects
from lookalike.sources.catalog import open_source
from lookalike.sources.objects import ObjectFolder, ObjectImages, file_system
from lookalike.sources.protocol import FetchRefused

s3fs = pytest.importorskip("s3fs")
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def endpoint():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert server.poll() is None
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def bucket(endpoint, monkeypatch, request):
    """An empty bucket: (its URL, a store to put objects into it)."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint,
    }.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    store = s3fs.S3FileSystem()
    name = f"shop-{abs(hash(request.node.name)) % 10**8}"
    store.mkdir(name)
    yield f"s3://{name}", store
    s3fs.S3FileSystem.clear_instance_cache()


def put(bucket, name, data=b"picture"):
    url, store = bucket
    with store.open(f"{url}/{name}", "wb") as file:
        file.write(data)


def test_a_prefix_is_read_as_a_folder_of_images_over_several_pages_of_its_listing(bucket):
    for number in range(1005):  # a page of S3 has a thousand
        bucket[1].pipe_file(f"{bucket[0]}/photos/{number}.jpg", b"x")
    put(bucket, "photos/Shoes/Boots/b1/2.jpg")
    put(bucket, "photos/Shoes/Boots/b1/1.jpg")
    put(bucket, "photos/notes.txt")
    products = {one.sku: one for one in ObjectFolder(f"{bucket[0]}/photos").products()}
    assert len(products) == 1006
    assert list(products)[2] == "2"
    boots = products["b1"]
    assert boots.category == "Shoes > Boots"
    assert boots.images == tuple(f"{bucket[0]}/photos/Shoes/Boots/b1/{n}.jpg" for n in (1, 2))


def test_one_image_a_product_makes_every_object_below_a_prefix_a_product(bucket):
    put(bucket, "photos/Shoes/b1/1.jpg")
    put(bucket, "photos/Shoes/b1/2.jpg")
    source = open_source(f"{bucket[0]}/photos", cache=Path("unused"), multiple_images=False)
    assert [(one.sku, one.category) for one in source.products()] == [
        ("1", "Shoes > b1"),
        ("2", "Shoes > b1"),
    ]


def test_the_catalog_file_of_a_prefix_describes_its_images(bucket, tmp_path):
    put(bucket, "shop/catalog.csv", b"sku,image,name\ns1,photos/one.jpg,Red boots\n")
    put(bucket, "shop/photos/one.jpg")
    (one,) = open_source(f"{bucket[0]}/shop/", cache=tmp_path).products()
    assert (one.sku, one.name, one.images) == (
        "s1", "Red boots", (f"{bucket[0]}/shop/photos/one.jpg",),
    )  # fmt: skip


def test_an_object_is_read_and_its_mark_changes_with_it(bucket):
    put(bucket, "a.jpg", b"one")
    images = ObjectImages(bucket[0], max_bytes=100)
    first = images.fetch(f"{bucket[0]}/a.jpg")
    assert first.data == b"one"
    assert images.fetch(f"{bucket[0]}/a.jpg", first.stamp).data is None
    put(bucket, "a.jpg", b"two")
    bucket[1].invalidate_cache()
    again = ObjectImages(bucket[0], max_bytes=100)
    assert again.stamp(f"{bucket[0]}/a.jpg", first.stamp) != first.stamp
    assert again.fetch(f"{bucket[0]}/a.jpg", first.stamp).data == b"two"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("none.jpg", "missing"), ("empty.jpg", "empty"), ("large.jpg", "too_many_bytes")],
)
def test_an_object_that_cannot_be_used_is_a_problem_of_its_own(bucket, name, reason):
    put(bucket, "empty.jpg", b"")
    put(bucket, "large.jpg", b"x" * 101)
    with pytest.raises(FetchRefused) as refused:
        ObjectImages(bucket[0], max_bytes=100).read(f"{bucket[0]}/{name}")
    assert refused.value.reason == reason


def test_objects_outside_the_named_prefix_are_not_read(bucket):
    put(bucket, "secret.jpg")
    images = ObjectImages(f"{bucket[0]}/photos", max_bytes=100)
    for location in (f"{bucket[0]}/secret.jpg", f"{bucket[0]}/photos/../secret.jpg", "s3://b/x"):
        with pytest.raises(FetchRefused, match="outside"):
            images.read(location)


def test_a_catalog_in_a_bucket_is_indexed_and_unchanged_objects_are_not_read_again(
    bucket, shop, tmp_path
):
    skus = list(shop.truth)[:6]
    rows = Path(shop.catalog).read_text().splitlines()
    chosen = [rows[0], *(row for row in rows[1:] if row.split(",")[0] in skus)]
    put(bucket, "catalog.csv", "\n".join(chosen).encode())
    for file in shop.folder.rglob("*.*"):
        if any(file.name in row or file.stem in row for row in chosen) and file.suffix != ".csv":
            put(bucket, str(file.relative_to(shop.folder)), file.read_bytes())
    with Engine.open(Settings.load({"workspace": str(tmp_path / "w")})) as engine:
        first = engine.index(f"{bucket[0]}/catalog.csv")
        assert (first.products, first.problems) == (len(chosen) - 1, ())
        assert first.encoded > 0
        assert engine.index(f"{bucket[0]}/catalog.csv", if_changed=True).unchanged
        again = engine.index(f"{bucket[0]}/catalog.csv")
        assert (again.encoded, again.changed) == (0, 0)
        put(bucket, "catalog.csv", "\n".join(chosen[:-1]).encode())
        bucket[1].invalidate_cache()
        assert engine.index(f"{bucket[0]}/catalog.csv", if_changed=True).removed == 1


def test_a_bucket_without_anything_is_not_found(bucket):
    with pytest.raises(NotFound):
        objects.catalog_object(f"{bucket[0]}/nothing.csv")


def test_credentials_in_an_address_are_refused_unseen():
    with pytest.raises(InvalidInput) as refused:
        file_system("s3://key:secret@bucket/x")
    assert "secret" not in str(refused.value)


def test_a_missing_library_is_named_with_its_install_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    with pytest.raises(Unavailable, match=r"pip install 'lookalike\[gs\]'"):
        file_system("gs://bucket/photos")


@pytest.mark.parametrize(
    "url",
    [
        "file://host/etc/passwd",
        "local:///etc/passwd",
        "ftp://h/x",
        "zip://x::file:///etc/passwd",
        "s3://x::file:///etc/passwd",
        "sftp://internal/x",
    ],
)
def test_schemes_of_other_things_are_refused(url, tmp_path):
    with (
        Engine.open(Settings.load({"workspace": str(tmp_path / "w")})) as engine,
        pytest.raises(InvalidInput, match="address"),
    ):
        engine.index(url)
    assert os.environ.get("AWS_ENDPOINT_URL") is None
