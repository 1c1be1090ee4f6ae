"""The folded text beside each row that lists can be searched by. Actions and imports keep it, not `save()`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import models

from community.folding import fold
from community.models import Member, Need, Organisation, PeerExchange, Project, Solution


def _member(member: Member) -> Iterator[str]:
    yield member.name
    yield member.about
    for affiliation in member.affiliations.all():
        yield affiliation.organisation.name
        yield affiliation.organisation.short_name
    for term in member.expertise.all():
        yield from term.labels.values()


def _organisation(organisation: Organisation) -> Iterator[str]:
    yield organisation.name
    yield organisation.short_name


def _project(project: Project) -> Iterator[str]:
    yield project.acronym
    yield project.title
    yield project.theme
    yield project.summary


def _solution(solution: Solution) -> Iterator[str]:
    yield solution.title
    yield solution.project.acronym
    yield solution.summary
    yield solution.description
    yield solution.where_tested
    yield solution.what_taker_needs
    for term in (solution.type, *solution.challenges.all()):
        yield from term.labels.values() if term is not None else ()
    for territory in solution.tested_in.all():
        yield territory.name


def _need(need: Need) -> Iterator[str]:
    yield need.question
    yield need.description


def _exchange(exchange: PeerExchange) -> Iterator[str]:
    yield exchange.topic
    yield exchange.description


_texts: dict[type[models.Model], Callable[[Any], Iterator[str]]] = {
    Member: _member,
    Organisation: _organisation,
    Project: _project,
    Solution: _solution,
    Need: _need,
    PeerExchange: _exchange,
}
_related: dict[type[models.Model], tuple[str, ...]] = {
    Member: ("affiliations__organisation", "expertise"),
    Solution: ("project", "type", "challenges", "tested_in"),
}


def search_text_of(subject: models.Model) -> str:
    """Return the folded text by which `subject` is found."""
    return fold(" ".join(part for part in _texts[type(subject)](subject) if part))


def index(subject: models.Model) -> None:
    """Write the folded text of one row; after its related rows are in place."""
    text = search_text_of(subject)
    if text != subject.search_text:  # type: ignore[attr-defined]
        subject.search_text = text  # type: ignore[attr-defined]
        subject.save(update_fields=["search_text"])


def index_all(model: type[models.Model], pks: Iterable[int] | None = None) -> int:
    """Write the folded text of all rows of a model (or of `pks`) in batches; return how many rows were read."""
    rows = model._default_manager.order_by("pk").prefetch_related(*_related.get(model, ()))
    if pks is not None:
        rows = rows.filter(pk__in=list(pks))
    count, batch = 0, []
    for row in rows.iterator(chunk_size=500):
        row.search_text = search_text_of(row)  # type: ignore[attr-defined]
        batch.append(row)
        count += 1
        if len(batch) == 500:
            model._default_manager.bulk_update(batch, ["search_text"])
            batch = []
    model._default_manager.bulk_update(batch, ["search_text"])
    return count
