"""The mark by which a browser's copy of a document's page stays good: a digest of all that the page says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any, Final

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control

from clusters.tables.edition import edition
from clusters.visibility import viewer
from community.context_processors import frame_seen

#: A version's content is frozen, and what its article says has a checksum.
_FROZEN: Final = frozenset({"snapshot"})


def answered(request: HttpRequest, shown: Mapping[str, Any], draw: Callable[[], HttpResponse]) -> HttpResponse:
    """Return 304 to who has the page as it is, else what `draw` returns, with the ETag that `shown` makes."""
    tag = mark(request, shown)
    known = get_conditional_response(request, etag=tag) if tag else None
    answer = known or draw()
    if answer.status_code in (200, 304):
        patch_cache_control(answer, private=True, no_cache=True)
        if tag:
            answer["ETag"] = tag
    return answer


def mark(request: HttpRequest, shown: Mapping[str, Any]) -> str | None:
    """Return the ETag of a page: reader, rights, frame, the program, and every value of its context `shown`.

    None while a message waits to be shown once. The values are what the page is drawn from, read before it: nothing is
    told as unchanged that the page would say otherwise.
    """
    frame = frame_seen(request)
    if frame is None:
        return None
    facts = (frame, viewer(request.user, timezone.localdate()), edition(), _facts(shown))
    return f'"{blake2b(repr(facts).encode(), digest_size=16).hexdigest()}"'


def _facts(value: Any) -> Any:
    """Return what a value of a context says: of a row its columns and what its query told with it."""
    if isinstance(value, Model):
        columns = {name: known for name, known in vars(value).items() if name[0] != "_" and name not in _FROZEN}
        return sorted((name, repr(known)) for name, known in columns.items())
    if isinstance(value, Mapping):
        return [(name, _facts(one)) for name, one in value.items()]
    if isinstance(value, list | tuple | QuerySet):
        return [_facts(one) for one in value]
    return value
