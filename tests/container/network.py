"""What stands between a build and the internet at a company, on this host's loopback."""

import shutil
import socket
import ssl
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def certificates(folder: Path) -> tuple[Path, Path]:
    """A CA made for the moment, and 127.0.0.1's certificate with its key, signed by it."""
    ca, key, server = folder / "ca.pem", folder / "ca.key", folder / "server.pem"
    made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl(*made, "-days", "2", "-subj", "/CN=Company CA", "-keyout", key, "-out", ca)
    openssl(
        *made,
        *("-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
        *("-addext", "basicConstraints=critical,CA:FALSE", "-CA", ca, "-CAkey", key),
        *("-keyout", server.with_suffix(".key"), "-out", server),
    )
    server.write_text(server.read_text() + server.with_suffix(".key").read_text())
    return ca, server


def openssl(*arguments: str | Path) -> None:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@contextmanager
def served(handler: type[BaseHTTPRequestHandler], certificate: Path | None = None) -> Iterator[int]:
    """Answer requests on a port of 127.0.0.1, over TLS if there is a certificate."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        # No handshake while connections are accepted: one that stalls would stall them all.
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


class Quiet(BaseHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        """Tests read what they need from the handler."""


class Mirror(Quiet):
    """Debian's archive: derive a class with its address, `archive`, from it."""

    archive: str

    def do_GET(self) -> None:
        conditions = ("If-Modified-Since", "Range", "If-Range")
        asked = {name: self.headers[name] for name in conditions if name in self.headers}
        try:
            answer = urllib.request.urlopen(
                urllib.request.Request(self.archive + self.path, None, asked)
            )
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            self.send_response(answer.status)
            for name in ("Content-Length", "Content-Range", "Last-Modified"):
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.end_headers()
            shutil.copyfileobj(answer, self.wfile)


class Folder(SimpleHTTPRequestHandler):
    """The files of a folder: derive a class with `folder` from it."""

    folder: Path

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments, directory=str(self.folder))

    def log_message(self, format: str, *arguments: object) -> None:
        """As in Quiet."""


class Proxy(Quiet):
    """A forward proxy for TLS: derive a class with its own `asked` from it."""

    asked: list[str]

    def do_CONNECT(self) -> None:
        self.asked.append(self.path)
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port))) as far:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=pump, args=(far, self.connection), daemon=True)
            back.start()
            pump(self.connection, far)
            back.join()
        self.close_connection = True


def pump(source: socket.socket, sink: socket.socket) -> None:
    """Pass on what comes, until one side has ended, by a reset as well: then tell the other."""
    with suppress(OSError):
        while said := source.recv(65536):
            sink.sendall(said)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
