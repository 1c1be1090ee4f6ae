"""Both proxies with no web server behind them: a page says what to do, and only where the registry says nothing."""

from __future__ import annotations

import http.client
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from config.machine.postgres import free_port
from tests.config.test_proxies import AROUND, CADDY, DEPLOY, NGINX, NGINX_PROGRAM, run

ROOT = Path(__file__).resolve().parents[2]
PAGE = (DEPLOY / "unavailable.html").read_text()
FOLDER = "/usr/local/share/registry"
OWN = b"The registry says itself what is the matter."
needs = {
    "nginx": pytest.mark.skipif(NGINX_PROGRAM is None or shutil.which("openssl") is None, reason="needs nginx"),
    "caddy": pytest.mark.skipif(shutil.which("caddy") is None, reason="needs caddy"),
}
each_proxy = pytest.mark.parametrize("name", [pytest.param(name, marks=needs[name]) for name in needs])


def replaced(text: str, **new: str) -> str:
    for old, other in new.items():
        assert old in text, old
        text = text.replace(old, other)
    return text


@contextmanager
def running(command: list[str], port: int, folder: Path) -> Iterator[int]:
    """Let a proxy run until the test is done."""
    env = {"PATH": "/usr/bin:/bin:/usr/sbin", "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + 60
            while not listens(port):
                assert process.poll() is None, "the proxy ended"
                assert time.monotonic() < until, "the proxy did not begin"
                time.sleep(0.1)
            yield port
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
        return True
    return False


@contextmanager
def closed_port() -> Iterator[int]:
    """Hold a port on which nobody listens, so that nobody else takes it meanwhile."""
    with socket.socket() as holding:
        holding.bind(("127.0.0.1", 0))
        yield holding.getsockname()[1]


@contextmanager
def proxy(name: str, folder: Path, upstream: int) -> Iterator[int]:
    """Run the configuration as it stands, but for ports, certificate and the seconds that Caddy waits."""
    port = free_port()
    shutil.copy(DEPLOY / "unavailable.html", folder)
    here = {FOLDER: str(folder), "127.0.0.1:8001": f"127.0.0.1:{upstream}", "127.0.0.1:8002": f"127.0.0.1:{upstream}"}
    if name == "caddy":
        plain = {"registry.example {": f"http://127.0.0.1:{port} {{", "{\n\tlog": "{\n\tadmin off\n\tlog"}
        # Only the first of these blocks is the site's, and a health check would find the test's web server wanting.
        text = replaced(CADDY, **here, **{"lb_try_duration 10s": "lb_try_duration 1s"})
        text = re.sub(r"\t\thealth_uri.*?\n\t\t\}\n", "", text, flags=re.DOTALL)
        (folder / "Caddyfile").write_text(replaced(text, **plain))
        command = [str(shutil.which("caddy")), "run", "--adapter", "caddyfile", "--config", f"{folder}/Caddyfile"]
    else:
        names = ["-keyout", f"{folder}/privkey.pem", "-out", f"{folder}/fullchain.pem", "-subj", "/CN=registry.example"]
        assert run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names).returncode == 0
        own = {"/etc/ssl/registry": str(folder), "/var/log/nginx": str(folder)}
        listens = {"listen 80;": f"listen 127.0.0.1:{free_port()};", "listen 443 ": f"listen 127.0.0.1:{port} "}
        (folder / "registry.conf").write_text(replaced(NGINX, **here, **own, **listens))
        user = f"user {Path(folder).owner()};\ndaemon off;\n"
        (folder / "nginx.conf").write_text(user + AROUND.format(folder=folder))
        command = [str(NGINX_PROGRAM), "-c", f"{folder}/nginx.conf"]
    with running(command, port, folder):
        yield port


def asked(
    name: str, port: int, method: str = "GET", path: str = "/clusters/", body: str | None = None
) -> tuple[int, dict[str, str], str]:
    """Ask a proxy, and return status, headers and text."""
    if name == "nginx":
        around = ssl.create_default_context()
        around.check_hostname, around.verify_mode = False, ssl.CERT_NONE
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            "127.0.0.1", port, timeout=30, context=around
        )
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    host = "registry.example" if name == "nginx" else f"127.0.0.1:{port}"
    # What a browser keeps of the page that it asks for, or wants a part of, is not this one.
    kept = {"If-Modified-Since": "Fri, 01 Jan 2038 00:00:00 GMT", "If-None-Match": "*", "Range": "bytes=5-20"}
    connection.request(method, path, body, {"Host": host, **kept})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, {key.lower(): value for key, value in answer.getheaders()}, text


@each_proxy
def test_with_no_web_server_the_page_says_what_to_do(name: str, tmp_path: Path) -> None:
    with closed_port() as upstream, proxy(name, tmp_path, upstream) as port:
        for method, path, body in (("GET", "/clusters/?q=reeds", None), ("POST", "/accounts/login/", "login=a")):
            status, headers, text = asked(name, port, method, path, body)
            assert (status in (502, 503, 504), text == PAGE) == (True, True), (status, text[:200])
            assert headers["content-type"].partition(";")[0] == "text/html"
            assert headers["retry-after"] == "60"
            assert headers["cache-control"] == "no-store"
            assert "default-src 'none'" in headers["content-security-policy"]
        status, headers, text = asked(name, port, "HEAD")
        assert (status in (502, 503, 504), text, headers["retry-after"]) == (True, "", "60")


class Restoring(BaseHTTPRequestHandler):
    """Answers as the registry does while it is restored, and with a missing page elsewhere."""

    def do_GET(self) -> None:
        """Say it."""
        self.send_response({"/gone/": 404, "/bad/": 502}.get(self.path, 503))
        self.send_header("Content-Length", str(len(OWN)))
        self.end_headers()
        self.wfile.write(OWN)

    def log_message(self, *words: object) -> None:
        """Keep no line."""


@each_proxy
def test_what_the_registry_says_itself_goes_through(name: str, tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Restoring) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            with proxy(name, tmp_path, server.server_port) as port:
                for path, status in (("/clusters/", 503), ("/gone/", 404), ("/bad/", 502)):
                    found = asked(name, port, path=path)
                    assert (found[0], found[2]) == (status, OWN.decode()), path
        finally:
            server.shutdown()


def test_the_page_needs_nothing_from_elsewhere_and_looks_like_the_house() -> None:
    assert re.findall(r"<(?:link|script|img|iframe|form)\b", PAGE) == []
    assert re.findall(r"url\(|@import|https?://", PAGE) == []
    assert re.findall(r'href="([^"]*)"', PAGE) == ["", "mailto:registry@registry.example"]
    assert re.findall(r"<(?:html lang|title|main|h1)\b", PAGE) == ["<html lang", "<title", "<main", "<h1"]
    tokens = (ROOT / "static" / "css" / "tokens.css").read_text()
    light, dark = tokens.partition("@media screen")[::2]
    root, _media, night = PAGE.partition("@media screen and (prefers-color-scheme: dark)")
    for text, where in ((root, light), (night.partition("}\n}")[0], dark)):
        colours = dict(re.findall(r"(--[a-z0-9-]+): (#[0-9A-F]{6})", text))
        assert len(colours) > 7
        assert {name: code for name, code in colours.items() if name not in ("--eu", "--edge")} == {
            name: re.search(rf"^ +{name}: (#[0-9A-F]{{6}});", where, re.MULTILINE)[1]  # type: ignore[index]
            for name in colours
            if name not in ("--eu", "--edge")
        }


def test_the_manual_puts_the_page_where_both_look() -> None:
    manual = (ROOT / "docs" / "operations.md").read_text()
    assert f"install -D -m 644 docs/deploy/unavailable.html {FOLDER}/unavailable.html" in manual
    assert (NGINX.count(f"root {FOLDER};"), CADDY.count(f"root * {FOLDER}\n")) == (1, 1)
