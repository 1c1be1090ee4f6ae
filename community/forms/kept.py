"""What was typed into a form that could not be taken: shown to whoever typed it, and sent again by their press alone.

A session may end while somebody writes, and a sign-in in another tab makes the tokens of open pages worthless. Then the
form comes from nobody, nothing may be saved, and the words must not be lost. Nothing of it is stored: the page that
answers holds it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.forms.forms import BaseForm
from django.forms.utils import pretty_name
from django.forms.widgets import Input
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError

#: Never given back, whatever form they stand in.
SECRET_WORDS: Final = ("password", "token", "secret", "credential")
#: Pages of passwords, codes and addresses: nothing of them is given back.
UNKEPT_PAGES: Final = "/accounts/"
#: Made by the page, not by the person: the page that answers has its own.
OF_THE_PAGE: Final = ("csrfmiddlewaretoken",)
#: Characters of an input that no form of ours knows, from which on it counts as typed.
LEAST_TYPED: Final = 12
#: Values of `Sec-Fetch-Site` of what another site sent; a page that hides its origin cannot hide this.
ELSEWHERE: Final = ("cross-site", "same-site")
MOST_CHARACTERS: Final = 200_000
MOST_INPUTS: Final = 1000


@dataclass(frozen=True)
class Typed:
    """One input: its name in the form, its label in plain words, and what stood in it (the name of a file)."""

    name: str
    label: str
    text: str

    @property
    def rows(self) -> int:
        """Lines of the box that shows it, on a phone: one to six."""
        return min(6, 1 + self.text.count("\n") + len(self.text) // 30)


@dataclass(frozen=True)
class Kept:
    """What a form held: `texts` to be shown, `carried` (name, value) not worth showing, `files` to be chosen again.

    `can_be_sent` says whether the same can be sent again: all is here, and the form stood on a page of this site.
    """

    texts: tuple[Typed, ...] = ()
    carried: tuple[tuple[str, str], ...] = ()
    files: tuple[Typed, ...] = ()
    can_be_sent: bool = False


def kept(request: HttpRequest | None) -> Kept:
    """Return what the form of a request held; nothing for other methods, other sites and the pages of accounts."""
    if request is None or request.method != "POST" or request.path.startswith(UNKEPT_PAGES):
        return Kept()
    is_ours = stands_here(request)
    if is_ours is False:
        return Kept()
    try:
        post, names = request.POST, [(name, str(getattr(file, "name", ""))) for name, file in request.FILES.items()]
    except (OSError, SuspiciousOperation, MultiPartParserError):
        return Kept()
    return _sorted_out(post, names, Labels(request), can_be_sent=is_ours is True)


def stands_here(request: HttpRequest) -> bool | None:
    """Say whether the form that was sent stood on this site; None where the browser does not tell."""
    origin = request.headers.get("Origin")
    if origin is None:
        return False if request.headers.get("Sec-Fetch-Site") in ELSEWHERE else None
    is_own = urlsplit(origin).netloc == request.get_host() and origin.startswith(f"{request.scheme}://")
    return is_own or origin in settings.CSRF_TRUSTED_ORIGINS


def _sorted_out(post: QueryDict, files: list[tuple[str, str]], labels: Labels, *, can_be_sent: bool) -> Kept:
    """Part what was posted into what is shown, what is carried along and what is left out."""
    texts, carried, left = [], [], MOST_CHARACTERS
    inputs = [(name, str(text)) for name, values in post.lists() for text in values if name not in OF_THE_PAGE]
    can_be_sent = can_be_sent and len(inputs) <= MOST_INPUTS
    for name, text in inputs[:MOST_INPUTS]:
        left -= len(name) + len(text)
        if labels.is_secret(name) or left < 0:
            can_be_sent = can_be_sent and not text
            continue
        label = labels.of(name, text)
        if label and text.strip():
            texts.append(Typed(name, label, text))
        else:
            carried.append((name, text))
    chosen = tuple(Typed(name, labels.of(name, "") or pretty_name(_last(name)), file) for name, file in files)
    return Kept(tuple(texts), tuple(carried), chosen, can_be_sent)


class Labels:
    """The labels of the inputs of one request, looked for first in the forms of its view."""

    def __init__(self, request: HttpRequest) -> None:
        """Find the forms: those that the view's module names, those of the module of the same name, all others."""
        match = request.resolver_match
        view = getattr(match.func, "view_class", match.func) if match else None
        module = str(getattr(view, "__module__", ""))
        named = [value for value in vars(sys.modules.get(module, sys)).values() if _is_form(value)]
        like = module.replace(".views.", ".forms.")
        everywhere = sorted(set(_classes(BaseForm)), key=lambda form: (form.__module__, form.__qualname__))
        beside = [form for form in everywhere if form.__module__.startswith(like)] if ".views." in module else []
        self.forms = [*named, *beside, *everywhere]

    def field(self, name: str) -> forms.Field | None:
        """Return the field of that name, prefix and number of a row left out."""
        found = (getattr(form, "base_fields", {}).get(_last(name)) for form in self.forms)
        return next((field for field in found if field is not None), None)

    def is_secret(self, name: str) -> bool:
        """Say whether an input holds what nobody may read again."""
        field = self.field(name)
        is_password = field is not None and isinstance(field.widget, forms.PasswordInput)
        return is_password or any(word in name.lower() for word in SECRET_WORDS)

    def of(self, name: str, text: str) -> str:
        """Return the label of an input that a person filled in; "" for one that only the page knows."""
        field = self.field(name)
        if name.startswith("initial-") or name == "next":
            return ""
        if field is None:
            return pretty_name(_last(name)) if len(text) >= LEAST_TYPED else ""
        is_line = isinstance(field.widget, forms.Textarea | Input | forms.MultiWidget)
        is_picked = isinstance(field.widget, forms.CheckboxInput) or field.widget.is_hidden
        return str(field.label or "") if is_line and not is_picked else ""


def _last(name: str) -> str:
    """Return the name of a field without prefix and number: `title` of `stages-0-title`."""
    return name.rpartition("-")[2]


def _is_form(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, BaseForm)


def _classes(form: type[Any]) -> Iterator[type[Any]]:
    """Yield all form classes that the process knows."""
    for below in form.__subclasses__():
        yield below
        yield from _classes(below)
