"""Addresses, paths and files that somebody sends to make the service read what it should not."""

import gzip
import http.server
import struct
import threading
import zlib

import pytest
from fastapi.testclient import TestClient

import lookalike.sources.guarded_network as network
from lookalike import Engine, InvalidInput, Settings
from lookalike.domain.access import Grants, scopes_of
from lookalike.server.app import create_app
from lookalike.server.exposure import Exposure
from lookalike.sources.packed import FeedLimits
from lookalike.sources.remote import copied

CONNECT = "/v1/collections/default/connect"
TABLE = b"sku,name,image\nA,Thing,a.jpg\n"


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A folder that may be read by HTTP, and one beside it that may not."""
    folder = tmp_path_factory.mktemp("catalogs")
    for name in ("allowed", "secret", "allowed-not"):
        (folder / name).mkdir()
        (folder / name / "catalog.csv").write_bytes(TABLE)
    (folder / "allowed" / "link.csv").symlink_to(folder / "secret" / "catalog.csv")
    return folder


@pytest.fixture(scope="module")
def service(folders, tmp_path_factory):
    """A service with keys, which catalogs of `allowed` may be read by."""
    settings = Settings.load(
        {
            "workspace": str(tmp_path_factory.mktemp("hostile")),
            "catalog_folders": (str(folders / "allowed"),),
            "max_image_mb": 1,
            "max_image_megapixels": 1,
        }
    )
    with Engine.open(settings) as engine:
        secret = engine.access.create("catalog", Grants(scopes_of(["catalog", "recommend"]))).secret
        with TestClient(create_app(engine)) as client:
            client.headers["Authorization"] = f"Bearer {secret}"
            yield client


NOT_PUBLIC = "not public"
NO_FOLDER = "no folder that may be read"
NOT_READ = "not read here"


@pytest.mark.parametrize(
    ("uri", "status", "said"),
    [
        ("http://127.0.0.1/f.csv", 422, NOT_PUBLIC),
        ("http://127.1/f.csv", 422, NOT_PUBLIC),
        ("http://2130706433/f.csv", 422, NOT_PUBLIC),
        ("http://0x7f000001/f.csv", 422, NOT_PUBLIC),
        ("http://0x7f.1/f.csv", 422, NOT_PUBLIC),
        ("http://0177.0.0.1/f.csv", 422, "no address"),
        ("http://0/f.csv", 422, NOT_PUBLIC),
        ("http://0.0.0.0/f.csv", 422, NOT_PUBLIC),
        ("http://10.0.0.1/f.csv", 422, NOT_PUBLIC),
        ("http://172.16.0.1/f.csv", 422, NOT_PUBLIC),
        ("http://192.168.0.1/f.csv", 422, NOT_PUBLIC),
        ("http://169.254.169.254/latest/meta-data", 422, NOT_PUBLIC),
        ("http://100.100.100.200/latest", 422, NOT_PUBLIC),
        ("http://168.63.129.16/metadata", 422, NOT_PUBLIC),
        ("http://[::1]/f.csv", 422, NOT_PUBLIC),
        ("http://[::]/f.csv", 422, NOT_PUBLIC),
        ("http://[fd00::1]/f.csv", 422, NOT_PUBLIC),
        ("http://[fd00:ec2::254]/f.csv", 422, NOT_PUBLIC),
        ("http://[fe80::1]/f.csv", 422, NOT_PUBLIC),
        ("http://[::ffff:127.0.0.1]/f.csv", 422, NOT_PUBLIC),
        ("http://[::ffff:a9fe:a9fe]/f.csv", 422, NOT_PUBLIC),
        ("http://[64:ff9b::7f00:1]/f.csv", 422, NOT_PUBLIC),
        ("http://[2002:7f00:1::]/f.csv", 422, NOT_PUBLIC),
        ("http://[2606:4700::5efe:10.0.0.1]/f.csv", 422, NOT_PUBLIC),
        ("http://localhost/f.csv", 422, NOT_PUBLIC),
        ("http://LOCALHOST/f.csv", 422, NOT_PUBLIC),
        ("http://127。0。0。1/f.csv", 422, NOT_PUBLIC),
        ("http://①②⑦.0.0.1/f.csv", 422, "no address"),
        ("http://8.8.8.8@127.0.0.1/f.csv", 422, NOT_PUBLIC),
        ("http://8.8.8.8:80@127.0.0.1/f.csv", 422, NOT_PUBLIC),
        ("http://127.0.0.1#@8.8.8.8/f.csv", 422, NOT_PUBLIC),
        ("http://127.0.0.1?@8.8.8.8/f.csv", 422, NOT_PUBLIC),
        ("http://127.0.0.1\t/f.csv", 422, "no address"),
        ("http:///127.0.0.1/f.csv", 422, "no host"),
        ("file:///etc/passwd", 403, NO_FOLDER),
        ("FILE:///etc/passwd", 403, NO_FOLDER),
        ("file://localhost/etc/passwd", 403, NO_FOLDER),
        ("file:///%65tc/passwd", 403, NO_FOLDER),
        ("file://files.example/share/f.csv", 422, NOT_READ),
        ("gopher://127.0.0.1:70/x", 422, NOT_READ),
        ("ftp://127.0.0.1/f.csv", 422, NOT_READ),
        ("dict://127.0.0.1:11211/", 422, NOT_READ),
        ("sftp://10.0.0.1/f.csv", 422, NOT_READ),
        ("memory://x", 422, NOT_READ),
        ("local:///etc/passwd", 422, NOT_READ),
        ("jar:file:///x!/y", 422, NOT_READ),
        ("data:text/csv,sku", 403, NO_FOLDER),
        ("simplecache::file:///etc/passwd", 422, NOT_READ),
        ("s3://bucket::file:///etc/passwd", 422, NOT_READ),
        ("s3://user:password@bucket/f.csv", 422, "user name or password"),
        ("az://container@evil.example/f.csv", 422, "user name or password"),
        ("/etc/passwd", 403, NO_FOLDER),
        ("etc/passwd", 403, NO_FOLDER),
        ("../../../../etc/passwd", 403, NO_FOLDER),
        ("~/catalog.csv", 403, NO_FOLDER),
        ("//127.0.0.1/f.csv", 403, NO_FOLDER),
        ("\x00", 422, "no path"),
        ("a" * 5000, 403, NO_FOLDER),
        ("", 403, NO_FOLDER),
    ],
)
def test_what_connect_must_not_read_is_refused_each_with_its_reason(service, uri, status, said):
    got = service.post(CONNECT, json={"bucket_uri": uri})
    assert (got.status_code, said in got.json()["detail"]) == (status, True), got.text
    assert "password@" not in got.text
    assert "root:" not in got.text


def test_the_root_of_images_is_held_to_the_same_rules(service, folders):
    catalog = str(folders / "allowed" / "catalog.csv")
    for root in ("/", "/etc", "file:///etc", str(folders / "secret")):
        got = service.post(CONNECT, json={"bucket_uri": catalog, "images": root})
        assert got.status_code == 403
        assert NO_FOLDER in got.json()["detail"]


def test_only_what_really_lies_below_an_allowed_folder_is_read(service, folders):
    for path in (
        folders / "secret" / "catalog.csv",
        folders / "allowed" / ".." / "secret" / "catalog.csv",
        folders / "allowed" / "link.csv",
        folders / "allowed-not" / "catalog.csv",
    ):
        for uri in (str(path), f"file://{path}"):
            assert service.post(CONNECT, json={"bucket_uri": uri}).status_code == 403, uri
    got = service.post(CONNECT, json={"bucket_uri": str(folders / "allowed" / "catalog.csv")})
    assert got.status_code == 202


def test_paths_are_read_without_keys_on_this_machine_alone(folders, tmp_path):
    catalog = {"bucket_uri": str(folders / "secret" / "catalog.csv")}
    with Engine.open(Settings.load({"workspace": str(tmp_path)})) as engine:
        for exposure, status in ((Exposure(is_public=True), 403), (Exposure(), 202)):
            with TestClient(create_app(engine, exposure=exposure)) as client:
                assert client.post(CONNECT, json=catalog).status_code == status


@pytest.mark.parametrize(
    "image",
    [
        "file:///etc/passwd",
        "/etc/passwd",
        "../../../../../../etc/passwd",
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/x.jpg",
        "ftp://127.0.0.1/x.jpg",
        "data:image/png;base64,AAAA",
        "s3://other-bucket/x.jpg",
    ],
)
def test_images_of_a_product_lead_nowhere_they_should_not(service, image):
    got = service.put("/v1/collections/default/products/P", json={"images": [image]})
    if got.status_code == 200:  # the product is there, its image is a problem
        assert got.json()["images"] == []
        (problem,) = got.json()["problems"]
        assert problem["code"] in {"bad_scheme", "outside_root", "refused_address", "missing"}
    else:
        assert got.status_code == 422
    assert "root:" not in got.text


class _Redirecting(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/bomb.csv":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(gzip.compress(b"0" * 3_000_000))
            return
        self.send_response(302)
        self.send_header("Location", self.path.partition("?")[2])
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def elsewhere():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Redirecting)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("http://169.254.169.254/latest/meta-data", NOT_PUBLIC),
        ("http://[::1]/f.csv", NOT_PUBLIC),
        ("http://10.0.0.1/f.csv", NOT_PUBLIC),
        ("//localhost/f.csv", NOT_PUBLIC),
        ("file:///etc/passwd", "http:// or https://"),
        ("gopher://127.0.0.1/x", "http:// or https://"),
    ],
)
def test_a_feed_that_redirects_inside_is_refused_there(
    elsewhere, tmp_path, monkeypatch, target, said
):
    """The first hop stands for a public server; the guard sees where it sends us."""
    monkeypatch.setattr(network, "is_public", lambda address: address == "127.0.0.1")
    if "localhost" in target:
        seen = iter([True, False])
        monkeypatch.setattr(network, "is_public", lambda _: next(seen))
    with pytest.raises(InvalidInput, match=said):
        copied(f"{elsewhere}/to?{target}", tmp_path / "feeds", FeedLimits())


def test_a_feed_that_unpacks_to_more_than_allowed_is_refused(elsewhere, tmp_path):
    limits = FeedLimits(1_000_000, allow_private_addresses=True)
    with pytest.raises(InvalidInput, match="more than 1,000,000 bytes"):
        copied(f"{elsewhere}/bomb.csv", tmp_path / "feeds", limits)
    assert [one.name for one in (tmp_path / "feeds").iterdir()] == []


def _png(width, height):
    """A PNG that says it is so large, in a few hundred bytes."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 100_000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (_png(50_000, 50_000), "invalid_image"),
        (_png(1_001, 1_000), "invalid_image"),
        (b"\xff\xd8\xff" + b"0" * (1 << 20), "invalid_input"),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'><script></script></svg>",
            "invalid_image",
        ),
        (b"<html><script>alert(1)</script>", "invalid_image"),
        (b"GIF89a<script>alert(1)</script>", "invalid_image"),
        (b"PK\x03\x04" + b"0" * 100, "invalid_image"),
        (b"%PDF-1.7", "invalid_image"),
        (b"\x7fELF" + b"0" * 100, "invalid_image"),
    ],
)
def test_a_photo_is_judged_by_its_content_before_it_is_decoded(service, data, code):
    files = {"file": ("photo.jpg", data, "image/jpeg")}
    got = service.post("/v1/collections/default/uploads", files=files)
    assert (got.status_code, got.json()["code"]) == (422, code)
    assert "script" not in got.text
