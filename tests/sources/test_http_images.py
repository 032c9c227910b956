"""Images from the web, against a real server on the loopback interface."""

import http.server
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import quote, unquote

import pytest

from lookalike.sources.addresses import is_public
from lookalike.sources.http_client import HttpLimits
from lookalike.sources.http_images import HttpImages
from lookalike.sources.images import open_images
from lookalike.sources.protocol import FetchFailed, FetchProblem, FetchRefused

LIMITS = HttpLimits(bytes=10_000, connect_s=0.5, read_s=0.3, total_s=0.6, first_wait_s=0.01)
PICTURE = b"not really a picture"


class Shop(http.server.BaseHTTPRequestHandler):
    """Answers by path; every request is written down."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        kind, _, rest = self.path.lstrip("/").partition("/")
        try:
            getattr(self, f"give_{kind.partition('?')[0]}")(rest)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def give_ok(self, *_):
        self.answer(200, PICTURE)

    def give_empty(self, *_):
        self.answer(200)

    def give_status(self, rest):
        self.answer(int(rest), b"an error page")

    def give_flaky(self, rest):
        """503 (or the status named), then fine."""
        first = sum(path == self.path for path, _ in self.server.asked) == 1
        status, _, wait = rest.partition("/")
        self.answer(int(status), b"x", Retry_After=wait) if first else self.answer(200, PICTURE)

    def give_until(self, rest):
        first = sum(path == self.path for path, _ in self.server.asked) == 1
        self.answer(503, b"x", Retry_After=unquote(rest)) if first else self.answer(200, PICTURE)

    def give_tagged(self, *_):
        known = self.headers.get("If-None-Match") == '"v1"'
        self.answer(304 if known else 200, b"" if known else PICTURE, ETag='"v1"')

    def give_dated(self, *_):
        date = "Thu, 01 Jan 2026 00:00:00 GMT"
        known = self.headers.get("If-Modified-Since") == date
        self.answer(304 if known else 200, b"" if known else PICTURE, Last_Modified=date)

    def give_busy(self, *_):
        with self.server.counting:
            self.server.now += 1
            self.server.most = max(self.server.most, self.server.now)
        self.server.over.wait(0.05)
        with self.server.counting:
            self.server.now -= 1
        self.answer(200, PICTURE)

    def give_to(self, rest):
        self.answer(302, Location=rest)

    def give_round(self, rest):
        self.answer(301, Location=f"/round/{int(rest) + 1}")

    def give_steps(self, rest):
        self.answer(307, Location=f"/steps/{int(rest) - 1}" if rest != "1" else "/ok")

    def give_packed(self, *_):
        self.answer(200, PICTURE, Content_Encoding="gzip")

    def give_lying(self, *_):
        """Promises more bytes than come."""
        self.send_response(200)
        self.send_header("Content-Length", "500")
        self.end_headers()
        self.wfile.write(b"short")
        self.close_connection = True

    def give_promise(self, *_):
        """Promises a gigabyte."""
        self.send_response(200)
        self.send_header("Content-Length", str(10**9))
        self.end_headers()
        self.close_connection = True

    def give_endless(self, *_):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while True:
            self.wfile.write(b"400\r\n" + b"x" * 1024 + b"\r\n")

    def give_silent(self, *_):
        self.server.over.wait(5)
        self.close_connection = True

    def give_drip(self, *_):
        """A byte every 50 ms: each read succeeds, the image never ends."""
        self.send_response(200)
        self.send_header("Content-Length", "9000")
        self.end_headers()
        while not self.server.over.wait(0.05):
            self.wfile.write(b"x")

    def give_dripheaders(self, *_):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.server.over.wait(0.05):
            self.wfile.write(b"x")

    def give_garbage(self, *_):
        self.wfile.write(b"\x00\xff this is no protocol\r\n\r\n")
        self.close_connection = True

    def give_longheader(self, *_):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1_000_000)
        self.close_connection = True


@pytest.fixture(scope="module")
def shop():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    server.asked, server.over, server.daemon_threads = [], threading.Event(), True
    server.counting = threading.Lock()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    server.url = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def waits():
    return []


@pytest.fixture
def images(waits):
    store = HttpImages(LIMITS, allow_private_addresses=True, sleep=waits.append)
    yield store
    store.close()


@pytest.fixture
def store():
    """Make stores with other options; they are closed at the end."""
    made = []

    def make(limits=LIMITS, **options):
        made.append(HttpImages(limits, **{"sleep": lambda _: None, **options}))
        return made[-1]

    yield make
    for one in made:
        one.close()


def problem_of(store, location):
    started = time.monotonic()
    with pytest.raises(FetchProblem) as raised:
        store.read(location)
    assert time.monotonic() - started < 3
    return raised.value


def test_an_image_is_read(shop, images):
    assert images.read(f"{shop.url}/ok/a.jpg?size=2") == PICTURE
    assert images.stamp(f"{shop.url}/ok/a.jpg") is None


def test_a_user_name_in_an_address_is_neither_sent_nor_shown(shop, images):
    assert images.read(shop.url.replace("//", "//me:secret@") + "/ok/user") == PICTURE
    assert "Authorization" not in shop.asked[-1][1]
    problem = problem_of(images, shop.url.replace("//", "//me:secret@") + "/status/404?key=hush")
    assert "secret" not in problem.message
    assert "hush" not in problem.message


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/status/404", "http_404"),
        ("/status/403", "http_403"),
        ("/status/204", "http_204"),
        ("/empty", "empty"),
        ("/packed", "encoded_body"),
        ("/promise", "too_many_bytes"),
        ("/endless", "too_many_bytes"),
        ("/round/1", "too_many_redirects"),
        ("/to/ftp://example.org/a.jpg", "bad_scheme"),
        ("/to/file:///etc/passwd", "bad_scheme"),
        ("/to/http://[", "bad_url"),
    ],
)
def test_what_will_never_work_is_refused_at_the_first_try(shop, images, waits, path, reason):
    problem = problem_of(images, shop.url + path)
    assert (problem.reason, type(problem)) == (reason, FetchRefused)
    assert waits == []


@pytest.mark.parametrize("path", ["/drip", "/dripheaders", "/silent"])
def test_a_slow_server_holds_nobody_longer_than_the_total_time(shop, images, path):
    started = time.monotonic()
    problem = problem_of(images, shop.url + path)
    assert (problem.reason, type(problem)) == ("timeout", FetchFailed)
    assert time.monotonic() - started < LIMITS.total_s + 0.5


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/status/503", "http_503"),
        ("/status/429", "http_429"),
        ("/lying", "incomplete"),
        ("/garbage", "incomplete"),
        ("/longheader", "incomplete"),
    ],
)
def test_what_may_work_later_is_tried_three_times(shop, images, waits, path, reason):
    problem = problem_of(images, shop.url + path)
    assert (problem.reason, type(problem)) == (reason, FetchFailed)
    assert len(waits) == LIMITS.attempts - 1


def test_a_server_that_recovers_is_read(shop, images, waits):
    assert images.read(f"{shop.url}/flaky/503/0") == PICTURE
    assert len(waits) == 1


def test_the_wait_the_server_asks_for_is_kept_up_to_a_limit(shop, images, waits):
    images.read(f"{shop.url}/flaky/429/86400")
    assert waits == [LIMITS.max_wait_s]


def test_the_wait_a_host_asks_for_holds_for_its_other_images_too(shop, images, waits):
    images.read(f"{shop.url}/flaky/429/7")
    images.read(f"{shop.url}/ok/other.jpg")
    assert waits[0] == 7.0
    assert 6.0 < waits[1] <= 7.0
    assert len(waits) == 2


def test_a_wait_may_be_asked_for_as_a_moment(shop, images, waits):
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=10), usegmt=True)
    images.read(f"{shop.url}/until/{quote(moment)}")
    assert 8.0 < waits[0] <= 10.0


@pytest.mark.parametrize("kind", ["tagged", "dated"])
def test_an_image_that_has_not_changed_is_not_sent_again(shop, images, kind):
    first = images.fetch(f"{shop.url}/{kind}/a.jpg")
    assert first.data == PICTURE
    again = images.fetch(f"{shop.url}/{kind}/a.jpg", first.stamp)
    assert (again.data, again.stamp) == (None, first.stamp)
    assert images.fetch(f"{shop.url}/{kind}/a.jpg", f"{first.stamp}x").data == PICTURE


def test_a_host_gets_no_more_requests_at_a_time_than_its_limit(shop, store):
    images = store(replace(LIMITS, per_host=2, total_s=5, read_s=5), allow_private_addresses=True)
    shop.now, shop.most = 0, 0
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(images.read, [f"{shop.url}/busy/{n}" for n in range(12)]))
    assert shop.most == 2


def test_redirects_are_followed_up_to_the_limit(shop, images):
    assert images.read(f"{shop.url}/steps/5") == PICTURE
    assert problem_of(images, f"{shop.url}/steps/6").reason == "too_many_redirects"


def test_a_refused_connection_is_unreachable(images, waits):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert problem_of(images, f"http://127.0.0.1:{port}/a.jpg").reason == "unreachable"
    assert len(waits) == LIMITS.attempts - 1


PRIVATE = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "203.0.113.5",
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1", "2002:7f00:1::",
    "2002:a00:1::1", "2001:0:0a00:1::", "2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:127.0.0.1",
    "64:ff9b:1::10.0.0.1", "::ffff:0:10.0.0.1", "192.88.99.1", "3fff::1", "100::1",
    "not an address", "",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_inside_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_outside_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0177.0.0.1",
     "127.1", "0", "169.254.169.254", "LOCALHOST", "１２７.0.0.1"],  # noqa: RUF001
)  # fmt: skip
def test_addresses_inside_are_refused_in_every_spelling(shop, host, store):
    before = len(shop.asked)
    images = store()
    problem = problem_of(images, f"http://{host}:{shop.server_port}/ok")
    assert problem.reason in {"refused_address", "unknown_host", "bad_url"}
    assert len(shop.asked) == before


def test_a_public_name_of_a_private_address_is_refused(shop, store):
    images = store(resolve=lambda *_: ["127.0.0.1"])
    problem = problem_of(images, f"http://shop.example:{shop.server_port}/ok")
    assert problem.reason == "refused_address"
    assert "127.0.0.1" in problem.message


def test_one_private_address_among_public_ones_is_refused(shop, store):
    images = store(resolve=lambda *_: ["8.8.8.8", "10.0.0.1"])
    assert problem_of(images, "http://shop.example/ok").reason == "refused_address"


def test_a_host_that_changes_its_address_gains_nothing(shop, monkeypatch, store):
    """The address that was checked is the one connected to: the name is resolved once."""
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])
    connected = []

    def connect(address, *arguments, **options):
        connected.append(address[0])
        raise OSError("no network in tests")

    monkeypatch.setattr(socket, "create_connection", connect)
    images = store(HttpLimits(attempts=1), resolve=lambda *_: next(answers))
    assert problem_of(images, f"http://shop.example:{shop.server_port}/ok").reason == "unreachable"
    assert connected == ["8.8.8.8"]
    assert problem_of(images, f"http://shop.example:{shop.server_port}/ok").reason == (
        "refused_address"
    )
    assert connected == ["8.8.8.8"]


def test_a_redirect_to_a_private_address_is_refused(shop, monkeypatch, store):
    """The first hop stands for a public server; the guard then sees where it sends us."""
    import lookalike.sources.guarded_network as network

    monkeypatch.setattr(network, "is_public", lambda address: address == "127.0.0.1")
    images = store()
    assert images.read(f"{shop.url}/ok/first") == PICTURE
    inside = f"{shop.url}/to/http://169.254.169.254/latest/meta-data"
    assert problem_of(images, inside).reason == "refused_address"


def test_the_host_header_and_the_certificate_name_stay_those_of_the_address(shop, store):
    images = store(allow_private_addresses=True, resolve=lambda *_: ["127.0.0.1"])
    assert images.read(f"http://shop.example:{shop.server_port}/ok/host") == PICTURE
    assert shop.asked[-1][1]["Host"] == f"shop.example:{shop.server_port}"


def test_a_certificate_is_checked(shop, store):
    """TLS to a server without it fails; nothing falls back to plain text."""
    images = store(
        allow_private_addresses=True,
        resolve=lambda *_: ["127.0.0.1"],
    )
    problem = problem_of(images, f"https://shop.example:{shop.server_port}/ok")
    assert problem.reason in {"unreachable", "timeout"}


@pytest.mark.parametrize(
    ("location", "reason"),
    [("ftp://a.example/x.jpg", "bad_scheme"), ("http://", "bad_url"), ("http://[::1", "bad_url"),
     ("http://a b/", "bad_url"), ("http://a.example:99999/", "bad_url"),
     ("http://a.example/\r\nX: y", "bad_url"), ("http://" + "a" * 300 + "/", "bad_url"),
     ("http://a.example:0/", "bad_url")],
)  # fmt: skip
def test_addresses_that_are_none_are_refused(location, reason, store):
    images = store()
    assert problem_of(images, location).reason == reason


def test_files_and_addresses_are_each_read_by_their_own_rules(shop, tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"file")
    images = open_images(tmp_path, allow_private_addresses=True)
    assert images.read("a.jpg") == b"file"
    assert images.read(f"{shop.url}/ok") == PICTURE
    assert images.stamp("a.jpg") is not None
    assert images.stamp(f"{shop.url}/ok") is None
    images.close()
    guarded = open_images(tmp_path)
    assert problem_of(guarded, f"{shop.url}/ok").reason == "refused_address"
    guarded.close()


def test_threads_share_one_store(shop, images, store):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        bodies = list(pool.map(images.read, [f"{shop.url}/ok/{i}" for i in range(40)]))
    assert bodies == [PICTURE] * 40
