"""Somebody who follows every link from the home page on, a few of each kind."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve

#: Pages of one address that are read: enough for a cluster in each state.
OF_A_KIND = 12
#: Different queries of one page that are read.
QUERIES = 6


class _Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.found.append(str(given["href"]))


def links_of(html: str, base: str) -> Iterator[str]:
    """Yield the paths on this site to which a page links, with their query and without the fragment."""
    for href in _Links(html).found:
        parts = urlsplit(urljoin(base, href))
        if parts.netloc == "" and parts.scheme == "" and not parts.path.startswith("/static/"):
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def crawl(
    client: Client,
    start: str = "/",
    *,
    skip: Callable[[str], bool] = lambda path: False,
    of_a_kind: int = OF_A_KIND,
    queries: int = QUERIES,
) -> dict[str, HttpResponse]:
    """Return what a reader gets at all addresses that links lead to, by address; redirects count as links."""
    waiting, known = deque([start]), {start}
    kinds: Counter[str] = Counter()
    pages: Counter[str] = Counter()
    found: dict[str, HttpResponse] = {}
    while waiting:
        address = waiting.popleft()
        path = urlsplit(address).path
        try:
            kind = resolve(path).route
        except Resolver404:
            kind = "unknown"
        if pages[path] == 0:
            kinds[kind] += 1
        pages[path] += 1
        if kinds[kind] > of_a_kind or pages[path] > queries or skip(path):
            continue
        answer = found[address] = client.get(address)
        next_ones = (
            [answer.headers["Location"]] if 300 <= answer.status_code < 400 and "Location" in answer.headers else []
        )
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            next_ones += links_of(answer.content.decode(), path)
        for link in next_ones:
            if link not in known and not urlsplit(link).netloc:
                known.add(link)
                waiting.append(link)
    return found
