"""The registry of kinds: what a (kind, id) pair can point to.

Events, comments, files, messages, links, jobs and the chain name their subject by
a kind's code and a primary key. Each app registers its own kinds in `apps.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.functional import Promise

COMMUNITY_CHAIN = "community"


def _by_pk(subject: Model) -> Mapping[str, Any]:
    return {"pk": subject.pk}


def _in_community(subject: Model) -> str:
    return COMMUNITY_CHAIN


@dataclass(frozen=True)
class Kind:
    """One kind of subject.

    `model` is "app.Model"; `url_name` names the page of one subject, if it has one;
    `url_kwargs`, `chain` and `title` are asked with the subject. `visible_to(user)` are the subjects that an account
    may see; without it the model's own `visible_to` is asked, and nobody sees a kind that has neither. `is_told`:
    accounts get mails about it, and find them in their list of notifications.
    """

    code: str
    model: str
    label: str | Promise
    url_name: str | None = None
    url_kwargs: Callable[[Any], Mapping[str, Any]] = _by_pk
    chain: Callable[[Any], str] = _in_community
    title: Callable[[Any], str] = str
    visible_to: Callable[[Any], QuerySet[Any]] | None = None
    is_told: bool = False

    @property
    def model_class(self) -> type[Model]:
        """The model of this kind."""
        return apps.get_model(self.model)


_kinds: dict[str, Kind] = {}
_by_model: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Add a kind; registering the same code twice is an error of the program.

    Raises:
        ValueError: the code or the model is taken by another kind.
    """
    if _kinds.get(kind.code, kind) != kind or _by_model.get(kind.model.lower(), kind) != kind:
        raise ValueError(f"kind {kind.code!r} or model {kind.model!r} is registered already")
    _kinds[kind.code] = kind
    _by_model[kind.model.lower()] = kind
    return kind


def get(code: str) -> Kind:
    """Return the kind of that code.

    Raises:
        KeyError: no kind has this code.
    """
    return _kinds[code]


def of(subject: Model) -> Kind:
    """Return the kind of a model instance.

    Raises:
        KeyError: its model is not registered.
    """
    return _by_model[subject._meta.label_lower]


def resolve(code: str, pk: int) -> Model | None:
    """Return the subject that (kind, id) points to, or None when it is gone."""
    return get(code).model_class._default_manager.filter(pk=pk).first()


def url(subject: Model) -> str | None:
    """Return the address of the subject's page, or None when its kind has none."""
    kind = of(subject)
    return reverse(kind.url_name, kwargs=dict(kind.url_kwargs(subject))) if kind.url_name else None


def told() -> list[str]:
    """Return the codes of the kinds about which accounts get mails."""
    return [kind.code for kind in _kinds.values() if kind.is_told]


def visible(code: str, user: Any) -> QuerySet[Any]:
    """Return the subjects of a kind that `user` may see.

    Raises:
        KeyError: no kind has this code.
    """
    kind = get(code)
    if kind.visible_to is not None:
        return kind.visible_to(user)
    rows: Any = kind.model_class._default_manager.all()
    return rows.visible_to(user) if hasattr(rows, "visible_to") else rows.none()  # type: ignore[no-any-return]


def every() -> Iterator[Kind]:
    """Yield all kinds in the order of their registration."""
    yield from _kinds.values()
