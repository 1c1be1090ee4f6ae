"""What every answer passes through: request id and log, headers, trusted proxies, sign-in."""

from __future__ import annotations

import ipaddress
import logging
import secrets
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from community import opening
from community.desk import KEPT, count_anew
from community.store_away import StoreAway
from config.kept import Why, keep
from config.logs import request_id, route_of

Answer = Callable[[HttpRequest], HttpResponseBase]
access = logging.getLogger("registry.access")
logger = logging.getLogger(__name__)

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")
PERMISSIONS_POLICY = (
    "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "microphone=(), midi=(), payment=(), usb=()"
)


class RequestLog:
    """Gives each request an id (`X-Request-ID`) and writes one line about its answer.

    The line names method, route, status and time; no address, account or query.
    """

    def __init__(self, get_response: Answer) -> None:
        """Wrap the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, measured."""
        current = secrets.token_hex(8)
        token = request_id.set(current)
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = current
            facts = {
                "method": request.method,
                "route": route_of(request),
                "status": response.status_code,
                "ms": round((time.perf_counter() - began) * 1000, 1),
            }
            access.info("%(method)s %(route)s %(status)d", facts, extra=facts)
            return response
        finally:
            request_id.reset(token)


class AnswerHeaders:
    """Sets `Permissions-Policy`, and keeps what a session saw out of shared caches.

    A view that says nothing of caching gets `private, no-cache` when the request
    carries a session or the answer varies on cookies; what a view sets stays.
    """

    def __init__(self, get_response: Answer) -> None:
        """Wrap the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with the headers."""
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.setdefault("X-Content-Type-Options", "nosniff")
        if not response.has_header("Cache-Control"):
            is_personal = settings.SESSION_COOKIE_NAME in request.COOKIES
            if is_personal or "cookie" in response.get("Vary", "").lower():
                response["Cache-Control"] = "private, no-cache"
        return response


class HeadOnly:
    """Sends the head alone to who asks with HEAD: the same one as for GET, its length included."""

    def __init__(self, get_response: Answer) -> None:
        """Wrap the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, without a body where none is wanted."""
        response = self.get_response(request)
        if request.method != "HEAD":
            return response
        if isinstance(response, HttpResponse):
            response.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        elif isinstance(response, StreamingHttpResponse):
            response.streaming_content = iter(())
        return response


class OpenSite:
    """Answers 503 while a restore is unfinished: erased persons may still stand in the rows. Health is answered."""

    def __init__(self, get_response: Answer) -> None:
        """Wrap the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or say that the site comes back."""
        if request.path in ("/healthz", "/readyz") or opening.is_open():
            return self.get_response(request)
        headers = {"Retry-After": "120", "Cache-Control": "no-store"}
        return HttpResponse(render_to_string("503.html"), status=503, headers=headers)


class AwayStore:
    """Answers 503 where a view needs a stored file and the store says nothing of it; the view's writes are undone.

    Whoever sent a form gets what was typed, to send it again with a press.
    """

    def __init__(self, get_response: Answer) -> None:
        """Wrap the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer as the rest does."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Say that the store does not answer and what to do; None for every other error."""
        if not isinstance(error, StoreAway):
            return None
        logger.error("the store of files does not answer", exc_info=error)
        is_form = request.method == "POST" or "HX-Request" in request.headers
        answer = keep(request, Why.STORE_AWAY) if is_form else render(request, "store_away.html", status=503)
        answer["Retry-After"] = "120"
        answer.setdefault("Cache-Control", "no-store")
        return answer


class SignInFirst(LoginRequiredMiddleware):
    """Asks for sign-in wherever a view does not open itself, and loses nothing that was typed meanwhile.

    Whoever opens a page is led to sign in. Whoever sends a form reads on a page what was typed, to send it again after
    signing in; htmx, which would put the sign-in page in place of a row, is answered with a refusal of status 403.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: tuple[Any, ...], view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Answer somebody who is not signed in; None where the view answers."""
        answer = super().process_view(request, view_func, view_args, view_kwargs)
        if answer is not None and (request.method == "POST" or "HX-Request" in request.headers):
            return keep(request, Why.SIGNED_OUT)
        return answer


class ButtonAddress:
    """Gives a page to whoever opens an address that only takes a form, where Django's answer is an empty one.

    That happens after signing in again in the middle of a form. Status and `Allow` stay; an answer with words stays.
    """

    def __init__(self, get_response: Answer) -> None:
        """Wrap the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with the page where it was empty."""
        response = self.get_response(request)
        is_visit = request.method in ("GET", "HEAD") and response.status_code == 405
        if is_visit and isinstance(response, HttpResponse) and not response.content:
            response.content = render_to_string("405.html", request=request)
        return response


class CountAnew:
    """Lets the next page count what waits for somebody who pressed a button: they may just have done it."""

    def __init__(self, get_response: Answer) -> None:
        """Wrap the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; a session that never counted is left alone."""
        response = self.get_response(request)
        if request.method == "POST" and KEPT in request.session:
            count_anew(request)
        return response


class TrustedProxies:
    """Believes forwarded headers of the proxies in TRUSTED_PROXIES, and of nobody else.

    From a trusted proxy, REMOTE_ADDR becomes the last address of X-Forwarded-For that is
    no trusted proxy itself, so that limits per address meet the client. From elsewhere the
    headers are dropped. A request over a Unix socket has no address: it comes from the
    proxy on this machine, and is trusted when any proxy is.
    """

    def __init__(self, get_response: Answer) -> None:
        """Wrap the rest of the chain."""
        self.get_response = get_response
        self.networks = settings.TRUSTED_PROXIES

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request whose address and scheme can be believed."""
        if self.is_trusted(request.META.get("REMOTE_ADDR", "")):
            request.META["REMOTE_ADDR"] = self.client_of(request)
        else:
            for name in FORWARDED:
                request.META.pop(name, None)
        return self.get_response(request)

    def is_trusted(self, address: str) -> bool:
        """Say whether an address is one of the trusted proxies'."""
        if not address:
            return bool(self.networks)
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self.networks)

    def client_of(self, request: HttpRequest) -> str:
        """Return the address of the client behind the proxies."""
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        return next(
            (hop for hop in reversed(hops) if hop and not self.is_trusted(hop)),
            request.META.get("REMOTE_ADDR", "") or "127.0.0.1",
        )
