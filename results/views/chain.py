"""`/chain/<kind>/<id>/`: where something comes from and where it went, as a story, a picture and W3C PROV."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View

from results.chain.access import get_chain
from results.chain.prov import document
from results.tables.chain import told


@method_decorator(login_not_required, name="dispatch")
class ChainView(View):
    """A chain, from any of its links."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        """Tell the chain as the reader sees it."""
        chain = get_chain(kind, pk, request.user)
        return render(request, "results/chain/detail.html", told(chain, timezone.localdate()))


@method_decorator(login_not_required, name="dispatch")
class ChainDataView(View):
    """The same chain as W3C PROV."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        """Send the chain as PROV-JSON."""
        chain = get_chain(kind, pk, request.user)
        answer = JsonResponse(document(chain), json_dumps_params={"ensure_ascii": False, "indent": 1})
        answer["Content-Disposition"] = f'inline; filename="chain-{kind}-{pk}.json"'
        return answer
