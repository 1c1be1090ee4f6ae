"""What differs between two snapshots, as sentences; pure: two snapshots in, words out, in the active language.

Lines of lists have no key of their own. A line is recognised by what people call it by (a stage by its title), else by
its place, so a stage that was renamed is told as renamed and not as one gone and one new. Persons are never told by
their keys. That every key of a snapshot is told stands in `factsheets.changes.table`, and a test walks over all.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

Words = str | Promise
#: Texts longer than this together stand below their sentence instead of in it.
LONG: Final = 160
_MISSING: Final = object()


@dataclass(frozen=True)
class Value:
    """A value that is told from one to the other.

    `label` says what it is; `show` gives its words, "" for "none" and for what is not shown, as persons. In a line,
    `follows` is a key of the snapshot: where that changed, its own sentence says why this did, too. `echoes` is a field
    of the same line: where that changed alike, it is told once.
    """

    label: Words
    show: Callable[[Any], str]
    follows: str = ""
    echoes: str = ""


@dataclass(frozen=True)
class Lines:
    """A list of lines, or one line that may be missing.

    `called` is what a line is called in a sentence; `new` and `gone` are sentences with %(line)s; `order` is said where
    only the order differs. `same` are the ways in which a line is recognised, the surest first. `fields` are told of a
    line that is there before and after.
    """

    called: Callable[[Any], str]
    new: Words
    gone: Words
    order: Words
    same: tuple[Callable[[Any], Hashable], ...]
    fields: Mapping[str, Value]


@dataclass(frozen=True)
class Change:
    """One sentence; `was` and `now` are texts too long to stand in it, "" where it says all.

    `is_first`: the older snapshot has no place for it, so it may have been so before.
    """

    sentence: str
    was: str = ""
    now: str = ""
    is_first: bool = False


Telling = Value | Lines


def told(telling: Telling, before: Mapping[str, Any], after: Mapping[str, Any], key: str) -> list[Change]:
    """Return what differs under one key of two snapshots; nothing where it is equal.

    Only what both have is told as a change. What the older one has no place for yet is told as said for the first time
    (`Change.is_first`), what the later one lacks is not told.
    """
    was, now = before.get(key, _MISSING), after.get(key, _MISSING)
    if now is _MISSING or was == now:
        return []
    if was is _MISSING:
        return list(_first(telling, now))
    if isinstance(telling, Value):
        return [_value(telling, was, now)]
    said = {field.follows for field in telling.fields.values() if before.get(field.follows) != after.get(field.follows)}
    fields = {name: field for name, field in telling.fields.items() if field.follows not in said}
    found = list(_lines(telling, fields, _as_list(was), _as_list(now)))
    is_moved = not found and not said and _is_moved(telling, _as_list(was), _as_list(now))
    return [Change(str(telling.order))] if is_moved else found


def _first(telling: Telling, now: Any) -> Iterator[Change]:
    """Tell what the older snapshot has no place for; nothing where it is empty."""
    if isinstance(telling, Lines):
        for line in _as_list(now):
            yield Change(_("%(what)s.") % {"what": capfirst(telling.called(line))}, is_first=True)
    elif now:
        what, shown = capfirst(str(telling.label)), _shown(telling, now)
        if _is_long(shown):
            yield _first_text(what, now, shown)
        else:
            yield Change(_("%(what)s: %(now)s.") % {"what": what, "now": shown}, is_first=True)


def _first_text(what: str, now: Any, shown: str) -> Change:
    return Change(_("%(what)s.") % {"what": what}, now=_whole(now, shown), is_first=True)


def _as_list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [value] if value and value is not _MISSING else []


def _value(telling: Value, was: Any, now: Any) -> Change:
    """Tell one value of the snapshot itself."""
    if (long := _long(telling, was, now, capfirst(str(telling.label)))) is not None:
        return long
    shown_was, shown_now = _shown(telling, was), _shown(telling, now)
    values = {"what": capfirst(str(telling.label)), "was": shown_was, "now": shown_now}
    if shown_was == shown_now:
        return Change(_("%(what)s: changed.") % values)
    if not shown_was:
        return Change(_("%(what)s: %(now)s (new).") % values)
    if not shown_now:
        return Change(_("%(what)s: none any more; it was %(was)s.") % values)
    return Change(_("%(what)s: from %(was)s to %(now)s.") % values)


def _clause(telling: Value, was: Any, now: Any) -> str:
    """Tell one value of a line as a part of the line's sentence."""
    shown_was, shown_now = _shown(telling, was), _shown(telling, now)
    values = {"what": str(telling.label), "was": shown_was, "now": shown_now}
    if shown_was == shown_now:
        return _("%(what)s changed") % values
    if not shown_was:
        return _("%(what)s %(now)s") % values
    if not shown_now:
        return _("%(what)s no longer %(was)s") % values
    return _("%(what)s from %(was)s to %(now)s") % values


def _long(telling: Value, was: Any, now: Any, what: str) -> Change | None:
    """Tell texts that are too long for a sentence, or have lines of their own; None where they have not."""
    shown_was, shown_now = _shown(telling, was), _shown(telling, now)
    if shown_was == shown_now or not _is_long(shown_was, shown_now):
        return None
    if shown_was and shown_now:
        sentence = _("%(what)s: written anew.")
    else:
        sentence = _("%(what)s: written.") if shown_now else _("%(what)s: taken out.")
    return Change(sentence % {"what": what}, _whole(was, shown_was), _whole(now, shown_now))


def _is_long(*shown: str) -> bool:
    return sum(map(len, shown)) > LONG or any("\n" in text for text in shown)


def _whole(value: Any, shown: str) -> str:
    """Return a long text as it was typed, without the quotes that it bears inside a sentence."""
    return value if isinstance(value, str) else shown


def _shown(telling: Value, value: Any) -> str:
    return "" if value is _MISSING or value is None else telling.show(value)


def _lines(telling: Lines, fields: Mapping[str, Value], was: Sequence[Any], now: Sequence[Any]) -> Iterator[Change]:
    """Tell what became of lines: those that stayed and those that are new, in their order now, then those gone."""
    pairs, gone = _paired(telling, was, now)
    for line in now:
        old = pairs.get(id(line))
        if old is None:
            yield Change(capfirst(str(telling.new) % {"line": telling.called(line)}))
        else:
            yield from _line(capfirst(telling.called(line)), fields, old, line)
    for line in gone:
        yield Change(capfirst(str(telling.gone) % {"line": telling.called(line)}))


def _is_moved(telling: Lines, was: Sequence[Any], now: Sequence[Any]) -> bool:
    """Tell whether lines of which none is new or gone stand in another order; older ones may lack keys."""
    pairs, _gone = _paired(telling, was, now)
    return any(pairs[id(line)] is not old for line, old in zip(now, was, strict=True))


def _line(called: str, fields: Mapping[str, Value], old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """Tell a line that was there before: one sentence with all that changed, and one more for each long text."""
    pairs = {name: (old[name], new[name]) for name in fields if name in old and name in new}
    clauses, long = [], []
    for name, (was, now) in pairs.items():
        field = fields[name]
        if was == now or (field.echoes and pairs.get(field.echoes) == pairs[name]):
            continue
        what = _("%(line)s, %(what)s") % {"line": called, "what": field.label}
        if (text := _long(field, was, now, what)) is not None:
            long.append(text)
        else:
            clauses.append(_clause(field, was, now))
    if clauses:
        yield Change(_("%(line)s: %(changes)s.") % {"line": called, "changes": "; ".join(clauses)})
    yield from long
    yield from _first_in_line(called, {name: field for name, field in fields.items() if name not in old}, new)


def _first_in_line(called: str, fields: Mapping[str, Value], new: Mapping[str, Any]) -> Iterator[Change]:
    """Tell what a line says in places that the older snapshot's line does not have; nothing where they are empty."""
    clauses, long = [], []
    for name, field in fields.items():
        if not (now := new.get(name)):
            continue
        if _is_long(shown := _shown(field, now)):
            long.append(_first_text(_("%(line)s, %(what)s") % {"line": called, "what": field.label}, now, shown))
        else:
            clauses.append(_clause(field, None, now))
    if clauses:
        yield Change(_("%(line)s: %(changes)s.") % {"line": called, "changes": "; ".join(clauses)}, is_first=True)
    yield from long


def _paired(telling: Lines, was: Sequence[Any], now: Sequence[Any]) -> tuple[dict[int, Any], list[Any]]:
    """Return what each line of `now` (by its identity in memory) was before, and the lines that are gone.

    Each way of recognising pairs what the surer ones left; lines that are alike are paired in their order.
    """
    pairs: dict[int, Any] = {}
    left, fresh = list(was), list(now)
    for same in telling.same:
        waiting: dict[Hashable, list[Any]] = {}
        for line in left:
            waiting.setdefault(same(line), []).append(line)
        for line in fresh:
            if found := waiting.get(same(line)):
                pairs[id(line)] = found.pop(0)
        fresh = [line for line in fresh if id(line) not in pairs]
        left = [line for lines in waiting.values() for line in lines]
    return pairs, [line for line in was if any(line is one for one in left)]
