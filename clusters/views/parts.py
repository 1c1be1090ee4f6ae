"""What the views of a cluster's parts share: loading, and turning a refusal into HTTP."""

from __future__ import annotations

from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Manager, Model
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from community.access import with_key
from community.actions.twins import THERE
from community.forms.there import say_it_is_there
from community.permissions import Refusal, Verdict

Part = TypeVar("Part", bound=Model)

#: What a refusal answers; "forbidden" goes through the site's own 403 page.
STATUS = {"state": 409, "done": 409, "stale": 409, "requirement": 422, "reason": 422}
INVALID = 422


def part_of(parts: Manager[Part], pk: int) -> Part:
    """Return the part with that key among `parts`, a related manager of the cluster in the address.

    Raises:
        Http404: it is gone, or belongs to another cluster.
    """
    row = with_key(parts.all(), pk)
    if row is None:
        raise Http404(_("There is no such page, or it is not open to you."))
    return row


def ask(verdict: Verdict) -> None:
    """Let a person through whom the predicate allows.

    Raises:
        PermissionDenied: with the predicate's sentence, for the 403 page.
    """
    if not verdict:
        raise PermissionDenied(str(verdict.reason))


def status_of(refusal: Refusal, form: BaseForm | None = None) -> int:
    """Return the status that a refusal answers, and say its sentence on top of `form` where one is given.

    A stale edit gets a panel of its own on the page, so the form stays without an error.

    Raises:
        PermissionDenied: the person may not do this at all.
    """
    if refusal.code == "forbidden":
        raise PermissionDenied(str(refusal.reason))
    if form is not None and refusal.code == THERE:
        say_it_is_there(form, refusal)
    elif form is not None and refusal.code != "stale":
        form.add_error(None, str(refusal.reason))
    return STATUS.get(refusal.code, INVALID)


def show_anew(form: BaseForm, refusal: Refusal, **seen: str) -> None:
    """Say on top of `form` what somebody else chose meanwhile; the next press has seen it. What was chosen stays."""
    form.data = {**{name: form.data[name] for name in form.data}, **seen}
    form.add_error(None, str(refusal.reason))


def answer(
    request: HttpRequest, page: str, fragment: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render the fragment for htmx, which swaps it in, and the whole page for everybody else."""
    is_htmx = bool(getattr(request, "htmx", False))
    response = render(request, fragment if is_htmx else page, context, status=status)
    response["Vary"] = "HX-Request"
    return response
