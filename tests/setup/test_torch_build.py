"""The choice of torch's build, against loopback servers that answer, refuse and hang."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "torch-build.sh"


def choose(port: int) -> subprocess.CompletedProcess[str]:
    """Runs the script against a loopback port, with this Python and without a proxy."""
    env = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    env["PATH"] = f"{Path(sys.executable).parent}:{env['PATH']}"
    command = [SCRIPT, f"http://127.0.0.1:{port}/whl/cpu/", "2.8.0"]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


@contextmanager
def server(status: int) -> Iterator[tuple[int, list[str]]]:
    """A server that answers every request with `status`: its port, and what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            asked.append(f"{self.command} {self.path}")
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = Thread(target=http.serve_forever)
        thread.start()
        yield http.server_port, asked
        http.shutdown()
        thread.join()


def test_an_index_that_answers_gives_the_cpu_build():
    with server(200) as (port, asked):
        chosen = choose(port)
    assert asked == ["HEAD /whl/cpu/torch/"]
    assert chosen.stdout == "cpu\n"
    assert "PyTorch's CPU index answers" in chosen.stderr


def test_an_index_that_refuses_gives_the_registrys_build():
    with server(403) as (port, asked):
        chosen = choose(port)
    assert len(asked) == 1
    assert chosen.stdout == "registry\n"


@pytest.mark.integration  # for its three seconds
def test_an_index_that_hangs_is_given_up_within_four_seconds():
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        began = time.monotonic()
        chosen = choose(hanging.getsockname()[1])
        seconds = time.monotonic() - began
        hanging.settimeout(0)
        hanging.accept()[0].close()  # it was really asked
    assert chosen.returncode == 0
    assert chosen.stdout == "registry\n"
    assert "did not answer within 3 s" in chosen.stderr
    assert "the registry's build of torch 2.8.0, which is several GB larger" in chosen.stderr
    assert 2.5 < seconds < 4


@pytest.mark.parametrize(
    ("wheel", "build"),
    [
        ("torch-2.8.0+cpu-cp311", "cpu"),
        ("torch-2.8.0-cp311", "registry"),
        ("torch-2.14.1+cpu-cp311", "registry"),  # another stack's
    ],
)
def test_a_wheel_folder_decides_without_asking_anyone(tmp_path, wheel, build):
    (tmp_path / f"{wheel}-cp311-manylinux_2_28_x86_64.whl").touch()
    env = {**os.environ, "WHEELS": str(tmp_path)}
    command = [SCRIPT, "http://127.0.0.1:9/whl/cpu", "2.8.0"]
    chosen = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert (chosen.stdout, chosen.stderr) == (f"{build}\n", "")
