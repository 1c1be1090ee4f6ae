"""The site's addresses, and two floors to compare with: an empty page, and one with a single indexed query."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from community.models import Organisation


@login_not_required
def empty(request: HttpRequest) -> HttpResponse:
    """Answer nothing, through the same server and middleware as every page."""
    return HttpResponse("")


@login_not_required
def one_query(request: HttpRequest, key: int) -> HttpResponse:
    """Answer one name that is found by its key."""
    return HttpResponse(Organisation.objects.values_list("name", flat=True).get(pk=key))


urlpatterns = [
    path("bench/empty/", empty),
    path("bench/one-query/<int:key>/", one_query),
    path("", include("config.urls")),
]
