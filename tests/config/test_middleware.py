"""Headers of every answer, the request log, and whom forwarded headers are believed from."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.urls import include, path

from config.logs import JsonLines
from config.middleware import TrustedProxies

POLICY = {
    "default-src 'self'",
    "frame-ancestors 'none'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
}
HEADERS = {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@login_not_required
def _open(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.META['REMOTE_ADDR']} {request.scheme}")


@login_not_required
def _forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


@login_not_required
def _suspicious(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation


@login_not_required
def _broken(request: HttpRequest, token: str) -> HttpResponse:
    raise RuntimeError("no row for maria@org.example\nDETAIL:  Key (email)=(maria@org.example) exists.")


@login_not_required
def _cached(request: HttpRequest) -> HttpResponse:
    return HttpResponse("same for all", headers={"Cache-Control": "public, max-age=60"})


@login_not_required
def _streamed(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(iter([b"piece ", b"by piece"]))


def _closed(request: HttpRequest) -> HttpResponse:
    return HttpResponse("for members")


urlpatterns = [
    path("open/", _open),
    path("forbidden/", _forbidden),
    path("suspicious/", _suspicious),
    path("broken/<str:token>/", _broken),
    path("cached/", _cached),
    path("closed/", _closed),
    path("streamed/", _streamed),
    path("", include("config.urls")),
]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


def security_headers(response: HttpResponse) -> dict[str, str | None]:
    """Return the headers to compare, having held the content policy to its set of rules."""
    assert set(response.headers["Content-Security-Policy"].split("; ")) == POLICY
    return {name: response.headers.get(name) for name in HEADERS}


@pytest.fixture
def stranger() -> Client:
    """A client to whom errors are pages, as to a browser."""
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/open/", 200),
        ("/closed/", 302),
        ("/suspicious/", 400),
        ("/forbidden/", 403),
        ("/none/", 404),
        ("/broken/x/", 500),
    ],
)
def test_every_answer_carries_the_security_headers(stranger: Client, address: str, status: int) -> None:
    response = stranger.get(address)
    assert response.status_code == status
    assert security_headers(response) == HEADERS
    assert "camera=()" in response.headers["Permissions-Policy"]


def test_a_host_that_is_not_ours_is_refused_with_the_headers(stranger: Client) -> None:
    response = stranger.get("/open/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert security_headers(response) == HEADERS


def test_a_view_that_says_nothing_asks_for_sign_in(stranger: Client) -> None:
    response = stranger.get("/closed/")
    assert (response.status_code, response.headers["Location"]) == (302, "/accounts/login/?next=/closed/")


def test_https_is_demanded_and_remembered(stranger: Client, settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 1000
    response = stranger.get("/open/")
    assert (response.status_code, response.headers["Location"]) == (301, "https://testserver/open/")
    assert security_headers(response) == HEADERS
    assert stranger.get("/open/", secure=True).headers["Strict-Transport-Security"].startswith("max-age=1000")
    assert stranger.get("/healthz").status_code == 200


def test_pages_of_a_session_are_not_kept_by_shared_caches(stranger: Client, settings) -> None:
    stranger.cookies[settings.SESSION_COOKIE_NAME] = "something"
    assert stranger.get("/open/").headers["Cache-Control"] == "private, no-cache"


def test_what_a_view_says_about_caching_stays(stranger: Client, settings) -> None:
    stranger.cookies[settings.SESSION_COOKIE_NAME] = "something"
    assert stranger.get("/cached/").headers["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize(("address", "length"), [("/cached/", "12"), ("/streamed/", None), ("/closed/", "0")])
def test_who_asks_for_the_head_gets_the_same_head_and_no_body(address: str, length: str | None) -> None:
    answer = {}
    for method in ("GET", "HEAD"):
        environ = RequestFactory().generic(method, address).environ
        heads: list[Any] = []
        body = b"".join(WSGIHandler()(environ, lambda *said, heads=heads: heads.extend(said)))
        answer[method] = (heads[0], {name for name, _value in heads[1]}, dict(heads[1]).get("Content-Length"), body)
    assert answer["HEAD"] == (*answer["GET"][:3], b"")
    assert answer["HEAD"][2] == length


def test_the_log_names_the_route_and_never_the_token(stranger: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="registry.access")
    response = stranger.get("/broken/secret-token/?q=secret-query")
    lines = [JsonLines().format(record) for record in caplog.records]
    assert len(lines) == 2  # the error, and the access
    assert not [line for line in lines if "secret" in line or "127.0.0.1" in line]
    entry = json.loads(lines[-1])
    assert (entry["method"], entry["route"], entry["status"]) == ("GET", "/broken/<str:token>/", 500)
    assert len(response.headers["X-Request-ID"]) == 16


def test_the_log_of_an_error_has_its_trace_and_no_address(stranger: Client, caplog: pytest.LogCaptureFixture) -> None:
    stranger.get("/broken/x/")
    entry = json.loads(JsonLines().format(next(r for r in caplog.records if r.exc_info)))
    assert (entry["error"], "error_text" in entry) == ("RuntimeError", False)
    assert entry["message"] == "Internal Server Error: /broken/<str:token>/"
    assert entry["trace"][-1].endswith("_broken")


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "client"),
    [
        ("", "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.0/8", "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.0/8", "10.1.2.3", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.0/8", "10.1.2.3", "192.0.2.66, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("10.0.0.0/8", "10.1.2.3", "", "10.1.2.3"),
        ("10.0.0.0/8", "", "198.51.100.1", "198.51.100.1"),
        ("2001:db8::/32", "2001:db8::1", "2001:db9::7", "2001:db9::7"),
    ],
)
def test_only_a_trusted_proxy_may_name_the_client(
    settings, monkeypatch, proxies: str, peer: str, forwarded: str, client: str
) -> None:
    from config import environment

    monkeypatch.setenv("SOME_PROXIES", proxies)
    settings.TRUSTED_PROXIES = environment.networks("SOME_PROXIES")
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_PROTO="https")
    if forwarded:
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded
    TrustedProxies(lambda request: HttpResponse())(request)
    assert request.META["REMOTE_ADDR"] == client
    is_believed = client != peer or (bool(proxies) and peer.startswith("10."))
    assert request.is_secure() is is_believed


def test_the_icon_that_browsers_ask_for_sets_no_cookie(stranger: Client) -> None:
    response = stranger.get("/favicon.ico")
    assert (response.status_code, dict(response.cookies)) == (301, {})
    assert response.headers["Location"].endswith("/img/mark.svg")
