"""`/clusters/`: the register, the names that its inputs suggest, and its exports."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.decorators import method_decorator
from django.views import View

from clusters.tables import register
from clusters.tables.page import Reader
from community.views.export import TOO_LONG, offer

RESULTS = "results"


@method_decorator(login_not_required, name="dispatch")
class RegisterView(View):
    """The list of clusters that the person may see, filtered and sorted by the address alone."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Answer from the browser's copy where it still holds, else with the page or the export asked for."""
        reader = register.reader_for(request.user, timezone.now())
        etag = register.mark(request, reader)
        known = get_conditional_response(request, etag=etag) if etag else None
        response = known or self.answer(request, reader)
        if etag and response.status_code in (200, 304):
            response["ETag"] = etag
        patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, ["HX-Request"])
        return response

    def answer(self, request: HttpRequest, reader: Reader) -> HttpResponseBase:
        """Answer anew."""
        filters = register.filters_for(request, reader)
        wanted = request.GET.get("format", "")
        if not filters.is_valid():
            return self.draw(request, register.refused_context(request, filters, reader), 400 if wanted else 200)
        file, problem = register.export(filters, wanted, reader) if wanted else (None, "")
        if file is not None:
            return file
        if wanted and not problem:
            return offer(request, "clusters", status=TOO_LONG)
        context = register.context_of(request, filters, reader)
        return self.draw(request, context | register.problem_context(request, wanted, problem), 400 if problem else 200)

    def draw(self, request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
        """Draw the page, or for htmx the results alone, which also tell the browser a tidy address."""
        is_part = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Target") == RESULTS
        if not is_part:
            return render(request, "clusters/list/list.html", context, status=status)
        context["brings_filters"] = request.headers.get("HX-Boosted") != "true"  # another page has the same filters
        response = render(request, "clusters/list/results.html", context, status=status)
        response["HX-Push-Url"] = register.tidy_address(request)
        return response


@method_decorator(login_not_required, name="dispatch")
class NamesView(View):
    """`/clusters/names/<what>/?<what>=…`: what a typed filter could mean, as options of its list."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, what: str) -> HttpResponse:
        """Suggest a few names.

        Raises:
            Http404: there is no such filter.
        """
        names = register.names(what, request.GET.getlist(what), request.user)
        if names is None:
            raise Http404
        return render(request, "clusters/list/names.html", {"names": names})
