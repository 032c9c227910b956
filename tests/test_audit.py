"""The question about known vulnerabilities, asked of a server that answers as OSV does."""

import http.server
import json
import threading

import pytest

from audit import LOCK, main, pinned

KNOWN = {("jinja2", "2.4.1"): ["GHSA-462w-v97r-4m45", "PYSEC-2019-217"]}


class _Osv(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        told = [
            {"vulns": [{"id": one} for one in found]} if found else {}
            for found in (
                KNOWN.get((query["package"]["name"], query["version"]))
                for query in asked["queries"]
            )
        ]
        body = json.dumps({"results": told}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def osv():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Osv)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_package_of_the_lock_is_asked_about():
    packages = pinned(LOCK.read_text())
    lines = [line for line in LOCK.read_text().splitlines() if line[:1] not in ("", " ", "#")]
    assert len(packages) == len(lines) > 20
    assert all(version[0].isdigit() for _, version in packages)
    assert "numpy" in dict(packages)


def test_a_known_vulnerability_fails_and_is_named(osv, tmp_path, capsys):
    lock = tmp_path / "run.lock"
    lock.write_text("flask==9.9 \\\n    --hash=sha256:aa\njinja2[i18n]==2.4.1 \\\n    --hash=x\n")
    assert main(lock=lock, url=osv) == 1
    told = capsys.readouterr().out
    assert "jinja2 2.4.1: GHSA-462w-v97r-4m45, PYSEC-2019-217" in told
    assert "flask" not in told


def test_what_is_known_of_nothing_passes(osv, tmp_path, capsys):
    lock = tmp_path / "run.lock"
    lock.write_text("flask==9.9\n")
    assert main(lock=lock, url=osv) == 0
    assert "0 with known vulnerabilities" in capsys.readouterr().out


def test_a_service_that_cannot_be_reached_is_said_and_fails_nobody(capsys):
    assert main(url="http://127.0.0.1:1") == 0
    assert capsys.readouterr().out.startswith("NOT CHECKED")
