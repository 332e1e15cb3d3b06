"""Two S3 servers on this machine, and a proxy in front of them that counts what is asked and makes it fail.

``rclone`` is an implementation of its own (Go): it checks signatures, and ignores the conditions of writes in silence.
``moto`` keeps them, as Amazon S3 does, and checks no signature.
"""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

KEY, SECRET, BUCKET = "AKIDQINGWEN", "a-secret", "store"
STARTED_SECONDS = 60


class Store:
    """A running S3 server with one bucket."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        self.port = free_port()
        (folder / BUCKET).mkdir(parents=True)
        if kind == "rclone":
            program = [str(Path(sys.executable).parent / "rclone"), "serve", "s3", "--addr", f"127.0.0.1:{self.port}"]
            command = [*program, "--auth-key", f"{KEY},{SECRET}", str(folder)]
        else:
            command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        env = os.environ | {"RCLONE_CONFIG": str(folder / "none.conf")}
        self.process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + STARTED_SECONDS
        while not _listens(self.port):
            assert self.process.poll() is None, f"{kind} ended"
            assert time.monotonic() < deadline, f"{kind} does not start"
            time.sleep(0.05)
        if kind == "moto":
            connection = http.client.HTTPConnection("127.0.0.1", self.port)
            connection.request("PUT", f"/{BUCKET}")
            assert connection.getresponse().status == 200

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


def settings(port: int, secret: str = SECRET) -> dict[str, str]:
    """The environment in which a client finds the server at a port."""
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


Rule = Callable[
    [str, str], float | int | None
]  # of method (COPY of its own) and path: a status to answer with, or seconds to wait


def no_rule(method: str, path: str) -> None:
    """Let everything through."""


class Proxy:
    """Stands before a server: notes every request, and does to it what ``rule`` says."""

    def __init__(self, upstream: int) -> None:
        self.asked: list[tuple[str, str]] = []
        self.rule: Rule = no_rule
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                self.upstream = http.client.HTTPConnection("127.0.0.1", upstream)

            def handle_one(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                method = "COPY" if "x-amz-copy-source" in self.headers else self.command
                proxy.asked.append((method, self.path))
                done = proxy.rule(method, self.path)
                if isinstance(done, int):
                    self._answer(done, [("Content-Type", "application/xml")], error_of(done))
                    return
                time.sleep(done or 0)
                self.upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    if name.lower() not in {"expect", "connection"}:
                        self.upstream.putheader(name, value)
                self.upstream.endheaders(body)
                answer = self.upstream.getresponse()
                self._answer(answer.status, answer.getheaders(), answer.read())

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_one  # noqa: N815 (their names)

            def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
                self.send_response_only(status)
                for name, value in headers:
                    if name.lower() not in {"connection", "transfer-encoding", "content-length", "keep-alive"}:
                        self.send_header(name, value)
                length = {name.lower(): value for name, value in headers}.get("content-length")
                self.send_header("Content-Length", length if self.command == "HEAD" and length else str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Silent."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, *_: object) -> None:
                """A client that was killed is no news."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def written(self, method: str = "PUT") -> list[str]:
        """The paths of the objects that were written since the last call of ``forget``, leases left out."""
        return [path for asked, path in self.asked if asked == method and not path.partition("?")[0].endswith("/.lock")]

    def forget(self) -> None:
        self.asked.clear()


def error_of(status: int) -> bytes:
    code = {500: "InternalError", 503: "SlowDown", 403: "AccessDenied"}[status]
    return f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>made to fail</Message></Error>'.encode()
