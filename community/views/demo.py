"""The demonstration's bar: change roles with one press. Answers 404 everywhere but in a database of `demo_data`."""

from __future__ import annotations

from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from community.demo_accounts import DEMO_ACCOUNTS
from community.models import DemoMarker, User
from community.views.appearance import of_the_frame, way_back

BACKEND = "community.backends.AccountBackend"


@login_not_required
@of_the_frame
@require_POST
def demo_switch(request: HttpRequest) -> HttpResponse:
    """Sign the reader in as one of the demo accounts, or out for "visitor", and return to the page.

    Only the listed addresses work, and the mark of a demo is read afresh each time.
    """
    if not DemoMarker.objects.exists():
        raise Http404
    address = request.POST.get("account", "")
    if not address:
        logout(request)
    elif address in {account.address for account in DEMO_ACCOUNTS}:
        login(request, _account(address), backend=BACKEND)
    else:
        raise Http404
    return HttpResponseRedirect(way_back(request))


def _account(address: str) -> User:
    """Return a demo account that may sign in.

    Raises:
        Http404: it is gone or closed.
    """
    try:
        user = User.objects.get_by_natural_key(address)
    except User.DoesNotExist as missing:
        raise Http404 from missing
    if not user.is_active:
        raise Http404
    return user
