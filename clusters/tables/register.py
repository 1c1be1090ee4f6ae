"""The register as a page shows it: the context of its templates, and the mark by which a browser's copy stays good."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from hashlib import blake2b
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache as kept
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clusters import exports
from clusters.filters import BEST, NEWEST, ClusterFilter
from clusters.tables import bar
from clusters.tables.bearings import bearings
from clusters.tables.edition import edition
from clusters.tables.page import Listing, Reader, is_number, listing
from clusters.tables.rows import drawn, timeline
from clusters.visibility import viewer
from community.context_processors import DEMO_KEY, DEMO_SECONDS, frame_seen
from community.contributions import Selection
from community.icons import PATHS
from community.models import User

_BAR_SECONDS: Final = 3600


def reader_for(user: User | AnonymousUser, now: datetime) -> Reader:
    """Return who reads at the moment `now`, and what stands beside the list for them."""
    local = timezone.localtime(now)
    who = viewer(user, local.date())
    return Reader(who=who, now=local, found=bearings(who.member_id))


def filters_for(request: HttpRequest, reader: Reader) -> ClusterFilter:
    """Return the filters of the address over what the person may see."""
    return _filters(request.GET, request.user, reader)


def _filters(data: QueryDict, user: User | AnonymousUser, reader: Reader) -> ClusterFilter:
    found = reader.found
    return ClusterFilter(data, user=user, groups=found.group_choices(), themes=found.theme_choices())


def select(user: User | AnonymousUser, data: QueryDict, at: datetime) -> Selection:
    """Return what an address asks for, of what a person may see at the moment `at`; see `ExportSource`."""
    filters = _filters(data, user, reader_for(user, at))
    if not filters.is_valid():
        return Selection((), _("A filter is wrong. Put it right in the list of clusters."))
    return Selection(_keys(filters))


def _keys(filters: ClusterFilter) -> list[int]:
    """Return the clusters of a file, in the order of the page; a search comes newest first."""
    rows = filters.rows().in_order(NEWEST if filters.sort == BEST else filters.sort)
    return list(rows.values_list("pk", flat=True))


def mark(request: HttpRequest, reader: Reader) -> str | None:
    """Return the page's ETag: registry's stamp, person, rights, unread notifications, language, day, address and more.

    None while the stamp is too young to be relied on, or a message waits to be shown once.
    """
    frame = frame_seen(request) if reader.found.is_settled(reader.now) else None
    if frame is None:
        return None
    shown = (
        reader.found.stamp,
        reader.found.is_demo,
        frame,
        reader.who,
        reader.now.date(),
        [request.headers.get(name, "") for name in ("HX-Request", "HX-Target", "HX-Boosted")],
        edition(),
    )
    return f'"{blake2b(repr(shown).encode(), digest_size=16).hexdigest()}"'


def context_of(request: HttpRequest, filters: ClusterFilter, reader: Reader) -> dict[str, Any]:
    """Return the context of the register's templates for valid filters."""
    number = request.GET.get("page", "1")
    shown = listing(filters, reader, number)
    chips = bar.chips(filters, request.path)
    return {
        **_frame(request, filters, reader, chips),
        **bar_html(filters, reader, shown),
        **_rows(request, shown, reader),
        "count_words": bar.count_words(shown.counts),
        "total": shown.total,
        "is_capped": shown.counts.is_capped,
        "page_obj": shown.page,
        "is_no_page": bool(number.strip()) and not is_number(number.strip()),
        "is_beyond": number.isdecimal() and int(number[:9]) > shown.page.number,
        "sorts": bar.sorts(filters),
        "filter_query": bar.address(request.GET, "", keep_page=False),
        "exports": bar.export_links(request.GET, request.path),
        **(_nothing(request, filters, chips) if not shown.total else {}),
    }


def problem_context(request: HttpRequest, form: str, problem: str) -> dict[str, Any]:
    """Return what is said where no file was made; an export that does not exist shows no rows either."""
    if not problem or form in exports.FORMATS:
        return {"problem": problem}
    return {"problem": problem, "without_format": bar.address(request.GET, request.path, keep_page=True)}


def _rows(request: HttpRequest, shown: Listing, reader: Reader) -> dict[str, Any]:
    """Return the rows as a list or as a timeline; an unknown view is the list."""
    on = reader.now.date()
    is_timeline = request.GET.get("view") == "timeline"
    views = bar.views(request.GET, request.path, is_timeline=is_timeline)
    if is_timeline:
        return {"views": views, "timeline": timeline(shown.places, on)}
    rows = drawn(shown.places, reader.found.groups, on)
    return {"views": views, "rows": rows, "shapes": shapes(frozenset(place.state for place in shown.places))}


def refused_context(request: HttpRequest, filters: ClusterFilter, reader: Reader) -> dict[str, Any]:
    """Return the context for filters of which one is wrong: its error, and no rows."""
    return {
        **_frame(request, filters, reader, []),
        **_drawn_bar(filters, reader, None),
        "form": filters.form,
        "rows": "",
    }


def _frame(request: HttpRequest, filters: ClusterFilter, reader: Reader, chips: list[bar.Chip]) -> dict[str, Any]:
    kept.add(DEMO_KEY, reader.found.is_demo, DEMO_SECONDS)  # it was asked for along with the stamp: no second query
    return {
        "chips": chips,
        "clear_url": request.path,
        "sees_proposed": reader.who.is_cop or reader.who.is_administrator,
        "may_propose": reader.who.is_cop,
    }


def _nothing(request: HttpRequest, filters: ClusterFilter, chips: list[bar.Chip]) -> dict[str, Any]:
    """Return what an empty list says: that nothing is there yet, or which filter to take off."""
    if not chips:
        return {}
    return {"empty_title": bar.active_words(len(chips)), "way_out": bar.way_out(filters, request.path)}


@cache
def shapes(states: frozenset[str]) -> SafeString:
    """Return the shapes of those states as symbols, drawn once a list: each row only refers to its own.

    How they are stroked stands in the style of `.ico`, which what refers to a symbol hands down to it.
    """
    icons = [*((state, state) for state in sorted(states)), ("late", "warn")]
    symbols = format_html_join(
        "",
        '<symbol id="s-{}" viewBox="0 0 20 20">{}</symbol>',
        ((code, SafeString(PATHS[icon])) for code, icon in icons),
    )
    bar_shape = SafeString('<rect id="s-bar" x=".75" y=".75" width="118.5" height="6.5" rx="3.2"/>')
    return format_html('<svg hidden aria-hidden="true">{}<defs>{}</defs></svg>', symbols, bar_shape)


def bar_html(filters: ClusterFilter, reader: Reader, shown: Listing) -> dict[str, str]:
    """Return the HTML of the filter bar's two parts, kept under everything that stands in them."""
    asked = {name: filters.data.getlist(name) for name in filters.base_filters}
    standing = (shown.counts, asked, reader.found.stamp, reader.who, get_language(), edition())
    key = f"register-bar:{blake2b(repr(standing).encode(), digest_size=16).hexdigest()}"
    html: dict[str, str] | None = kept.get(key)
    if html is None:
        html = _drawn_bar(filters, reader, shown)
        kept.set(key, html, _BAR_SECONDS)
    return html


def _drawn_bar(filters: ClusterFilter, reader: Reader, shown: Listing | None) -> dict[str, Any]:
    context = {
        "form": filters.form,
        "groups": bar.groups(filters, reader.found, shown.counts if shown else None, reader.who),
        "typed": bar.typed(filters),
    }
    in_use = {name for name, values in filters.data.lists() if any(values)}
    return {
        "first_filters": render_to_string("clusters/list/_first_filters.html", context),
        "more_filters": render_to_string("clusters/list/_more_filters.html", context),
        "is_more": bool(bar.MORE & in_use),
    }


def names(what: str, typed: list[str], user: User | AnonymousUser) -> list[str] | None:
    """Return what was typed last into a filter could mean; None when nothing is typed into that filter."""
    if what not in bar.TYPED:
        return None
    field = ClusterFilter.base_filters[what].field_class(user=user)
    found: list[str] = field.suggestions(typed[-1].strip() if typed else "")
    return found


def tidy_address(request: HttpRequest) -> str:
    """Return the address without the parameters that say nothing."""
    return bar.address(request.GET, request.path, keep_page=True)


def export(filters: ClusterFilter, form: str, reader: Reader) -> tuple[HttpResponseBase | None, str]:
    """Return the file of what is filtered, or None and why there is none: "" where it is too long to wait for."""
    if form not in exports.FORMATS:
        return None, _("There is no export called “%(form)s”. Take CSV, XLSX or JSON.") % {"form": form[:20]}
    keys = _keys(filters)
    if not exports.is_at_once(form, len(keys)):
        return None, ""
    return exports.response(keys, form, at=reader.now), ""
