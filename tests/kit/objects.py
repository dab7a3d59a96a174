"""A store of objects on the loopback, which answers as S3 does."""

from __future__ import annotations

import itertools
import logging
import re
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "c0nsentkit-secret"
_numbers = itertools.count(1)


def settings(endpoint: str) -> dict[str, str]:
    """The settings by which a program that uses S3 finds a server."""
    return {
        "AWS_ENDPOINT_URL_S3": endpoint,
        "AWS_ACCESS_KEY_ID": "consentkit",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@dataclass(frozen=True)
class Bucket:
    """A bucket of a server that runs."""

    endpoint: str
    name: str

    @property
    def url(self) -> str:
        """What `--cache` takes."""
        return f"s3://{self.name}/edition"

    def environment(self) -> dict[str, str]:
        """The settings by which every program finds the server, as any program that uses S3 has them."""
        return settings(self.endpoint)

    def put(self, key: str, data: bytes) -> None:
        """Put an object as anybody could who may write to the bucket."""
        self._request("PUT", f"edition/{key}", data)

    def get(self, key: str) -> bytes:
        """The bytes of an object."""
        return self._request("GET", f"edition/{key}")

    def clear(self) -> None:
        """Remove all objects."""
        for key in self.keys():
            self._request("DELETE", f"edition/{key}")

    def keys(self) -> list[str]:
        """The keys of all objects, without the prefix."""
        listing = self._request("GET", "?list-type=2").decode()
        return sorted(key.removeprefix("edition/") for key in re.findall("<Key>([^<]+)</Key>", listing))

    def _request(self, method: str, path: str, data: bytes | None = None) -> bytes:
        request = urllib.request.Request(f"{self.endpoint}/{self.name}/{path}", data, method=method)
        request.add_header("Authorization", "AWS4-HMAC-SHA256 Credential=consentkit/20260101/us-east-1/s3/aws4_request")
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.read()  # type: ignore[no-any-return]


@contextmanager
def running_server() -> Iterator[str]:
    """Run the server in a thread; yields its address."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def new_bucket(endpoint: str) -> Bucket:
    """Make an empty bucket."""
    bucket = Bucket(endpoint, f"bucket-{next(_numbers)}")
    bucket._request("PUT", "", b"")
    return bucket


@contextmanager
def refusing_server(status: int, code: str, message: str) -> Iterator[str]:
    """Run a server that refuses every request; yields its address."""

    class Refusing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_PUT = do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
