"""The configurations of the proxies in `docs/deploy`: each program takes the very text, and neither keeps who asks."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from config.machine.postgres import free_port

DEPLOY = Path(__file__).resolve().parents[2] / "docs" / "deploy"
NGINX = (DEPLOY / "nginx.conf").read_text()
CADDY = (DEPLOY / "Caddyfile").read_text()
#: Debian keeps it where only root looks.
NGINX_PROGRAM = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
AROUND = """pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/registry.conf;
}}
"""


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program, with no more of the environment than it is given."""
    env = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", **environment}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.skipif(NGINX_PROGRAM is None or shutil.which("openssl") is None, reason="needs nginx and openssl")
@pytest.mark.parametrize("spoilt", ["", "proxy_pass"])
def test_nginx_takes_the_text(tmp_path: Path, spoilt: str) -> None:
    names = ["-keyout", f"{tmp_path}/privkey.pem", "-out", f"{tmp_path}/fullchain.pem", "-subj", "/CN=registry.example"]
    assert run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names).returncode == 0
    text = NGINX
    for old, new in {
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ": f"listen 127.0.0.1:{free_port()} ",
        "/etc/ssl/registry": str(tmp_path),
        "/var/log/nginx": str(tmp_path),
    }.items():
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "registry.conf").write_text(text.replace(spoilt, f"{spoilt}ed") if spoilt else text)
    (tmp_path / "nginx.conf").write_text(AROUND.format(folder=tmp_path))
    done = run(str(NGINX_PROGRAM), "-t", "-c", f"{tmp_path}/nginx.conf")
    assert ("test is successful" in done.stderr, done.returncode == 0) == (not spoilt, not spoilt), done.stderr


@pytest.mark.skipif(shutil.which("caddy") is None, reason="needs caddy")
@pytest.mark.parametrize("spoilt", ["", "health_uri"])
def test_caddy_takes_the_text(tmp_path: Path, spoilt: str) -> None:
    (tmp_path / "Caddyfile").write_text(CADDY.replace(spoilt, f"{spoilt}ed") if spoilt else CADDY)
    homes = {"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)}
    done = run("caddy", "validate", "--adapter", "caddyfile", "--config", f"{tmp_path}/Caddyfile", **homes)
    assert ("Valid configuration" in done.stdout + done.stderr, done.returncode == 0) == (not spoilt, not spoilt)


def test_neither_keeps_who_asks_for_what() -> None:
    servers = NGINX.split("\nserver {")[1:]
    assert len(servers) == 2
    for server in servers:
        assert re.findall(r"^ +(access_log .*?|error_log .*?);", server, re.MULTILINE) == [
            "access_log off",
            "error_log /var/log/nginx/registry.log emerg",
        ]
    assert re.search(r"^\{\n\tlog \{\n.*\n\t\texclude http\.log\.error", CADDY, re.MULTILINE)
    # Of an answer that was broken off, newer versions than 2.6 write the request under another name.
    assert re.search(r"\tformat filter \{\s+wrap json\s+fields \{\s+request delete\s+\}", CADDY)


def test_the_registry_says_itself_what_is_a_little_too_large_and_the_proxy_what_is_more(settings: Any) -> None:
    most = settings.MAX_UPLOAD_MB * 1024**2
    (limit,) = re.findall(r"client_max_body_size (\d+)m;", NGINX)
    assert int(limit) * 1024**2 > most + 1024**2
    (limit,) = re.findall(r"max_size (\d+)MB", CADDY)
    (pattern,) = re.findall(r"header_regexp Content-Length (\S+)", CADDY)
    assert int(limit) * 10**6 > most + 1024**2
    for size in (0, 999, most, int(limit) * 10**6 - 1, 3_000_000, 24_999_999):
        assert not re.search(pattern, str(size)), size
    for size in (int(limit) * 10**6, 29_999_999, 30_000_000, 99_999_999, 100_000_000, 7_000_000_000):
        assert re.search(pattern, str(size)), size
    assert NGINX.count("too large for the registry") == CADDY.count("too large for the registry") == 1
