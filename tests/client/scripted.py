"""A server that answers as told, request by request, and keeps what it was asked."""

import contextlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Scripted:
    url: str
    asked: list[dict] = field(default_factory=list)

    @property
    def paths(self):
        return [one["path"] for one in self.asked]


@contextlib.contextmanager
def scripted(*answers):
    """Each answer is a body, or {"status", "body", "headers", "broken", "silent"} as `said(...)`.

    The last answer is given again and again.
    """
    told = Scripted("")
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            length = int(self.headers.get("content-length") or 0)
            told.asked.append(
                {
                    "method": self.command,
                    "path": self.path,
                    "headers": dict(self.headers),
                    "body": self.rfile.read(length).decode(),
                }
            )
            said = answers[min(len(told.asked), len(answers)) - 1]
            if said.get("broken") or said.get("silent"):
                if said.get("silent"):
                    over.wait(10)
                self.close_connection = True
                return
            body = said.get("body", {})
            data = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(said.get("status", 200))
            for name, value in said.get("headers", {}).items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - named by the library

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield told
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()
