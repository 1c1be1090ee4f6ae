"""Old and new values of an event in the words of the form: names for keys, labels for codes, a line for each part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.encoding import force_str
from django.utils.text import capfirst
from django.utils.translation import gettext as _

#: Where a change of a part keeps which part it was.
PART: Final = "part"
_NOTHING: Final = "–"


class Said:
    """The changes of some events about rows of one model, with the names of all that they refer to, loaded at once."""

    def __init__(self, model: type[models.Model], changes: Iterable[dict[str, Any]]) -> None:
        """Load the names; a query for each model that is referred to."""
        self._model = model
        wanted: dict[type[models.Model], set[int]] = {}
        for one in changes:
            for related, keys in _references(model, one):
                wanted.setdefault(related, set()).update(keys)
        self._names = {
            (related, pk): str(row)
            for related, keys in wanted.items()
            for pk, row in _with_names(related).in_bulk(keys).items()
        }

    def lines(self, body: dict[str, Any]) -> list[str]:
        """Return what an event's detail says: its changes, one a line, then the reason."""
        found = list(self._changes(body.get("changes") or {}))
        if reason := body.get("reason"):
            found.append(_("Why: %(reason)s") % {"reason": reason})
        if place := body.get("kept_at"):
            found.append(_("The letter is kept: %(place)s") % {"place": place})
        return found

    def _changes(self, changes: dict[str, Any]) -> Iterator[str]:
        for name, change in changes.items():
            part = _part_of(self._model, name)
            if part is not None and _is_of_parts(change):
                yield from (self._part(part, one) for one in change)
            else:
                yield self._pair(self._model, name, change)

    def _part(self, part: type[models.Model], said: dict[str, Any]) -> str:
        """Return one line about a part: taken away with all that it said, changed, or new."""
        words = {"part": capfirst(force_str(part._meta.verbose_name))}
        if "taken_away" in said:
            told = (f"{_label(part, name)} {self._value(part, name, one)}" for name, one in said["taken_away"].items())
            return _("%(part)s taken away: %(what)s") % {**words, "what": ", ".join(told)}
        changes = [self._pair(part, name, change) for name, change in said.items() if name != PART]
        words["what"] = "; ".join(changes)
        if PART not in said:
            return _("%(part)s: %(what)s") % words
        words["which"] = self._names.get((part, said[PART]), str(said[PART]))
        return _("%(part)s “%(which)s”: %(what)s") % words

    def _pair(self, model: type[models.Model], name: str, change: Any) -> str:
        label = _label(model, name)
        if not (isinstance(change, list) and len(change) == 2):
            return f"{label}: {self._value(model, name, change)}"
        old, new = (self._value(model, name, one) for one in change)
        return f"{label}: {new}" if old == _NOTHING else f"{label}: {old} → {new}"

    def _value(self, model: type[models.Model], name: str, value: Any) -> str:
        """Return a value as the form shows it."""
        column = _column(model, name)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, list):
            return ", ".join(self._value(model, name, one) for one in value) or _NOTHING
        if isinstance(value, dict):
            return ", ".join(f"{key}: {one}" for key, one in value.items()) or _NOTHING
        if value in (None, ""):
            return _NOTHING
        if column is not None and column.is_relation and isinstance(value, int):
            return self._names.get((column.related_model, value), str(value))
        choices = dict(getattr(column, "flatchoices", None) or ())
        return force_str(choices.get(value, value))


def _with_names(model: type[models.Model]) -> models.QuerySet[Any]:
    """Return all rows of a model with what their names are made of."""
    required = [one.name for one in model._meta.concrete_fields if one.is_relation]
    return model._base_manager.select_related(*required)


def _references(model: type[models.Model], changes: dict[str, Any]) -> Iterator[tuple[type[models.Model], set[int]]]:
    """Yield which rows of which model some changes refer to."""
    for name, change in changes.items():
        part, column = _part_of(model, name), _column(model, name)
        if part is not None and _is_of_parts(change):
            for one in change:
                yield part, _keys(one.get(PART))
                said = one.get("taken_away") or {key: value for key, value in one.items() if key != PART}
                yield from _references(part, said)
        elif column is not None and column.is_relation:
            yield column.related_model, _keys(change)


def _is_of_parts(change: Any) -> bool:
    """Tell whether a change is a list of parts and not a pair of values."""
    return isinstance(change, list) and all(isinstance(one, dict) for one in change)


def _keys(value: Any) -> set[int]:
    if isinstance(value, list):
        return {key for one in value for key in _keys(one)}
    return {value} if isinstance(value, int) and not isinstance(value, bool) else set()


def _column(model: type[models.Model], name: str) -> Any:
    try:
        column = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return column if hasattr(column, "verbose_name") else None


def _label(model: type[models.Model], name: str) -> str:
    column = _column(model, name)
    return capfirst(force_str(column.verbose_name)) if column is not None else name.replace("_", " ").capitalize()


def _part_of(model: type[models.Model], name: str) -> type[models.Model] | None:
    """Return the model of the parts that an inline keeps under that name; a column of the row itself goes before."""
    if _column(model, name) is not None:
        return None
    return apps.get_app_config(model._meta.app_label).models.get(name)
