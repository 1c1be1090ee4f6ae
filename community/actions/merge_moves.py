"""Moving every reference from one entry to another, and back: the columns are found by looking at the models.

The database is asked whether a row may move: a whole column is moved at once, and only where that is refused the rows
are moved one by one. A row that is refused is treated as `contributions.merge_rules` say. A new column that refers to a
member, an organisation or an account therefore moves without being named anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final

from django.apps import apps
from django.core import serializers
from django.db import IntegrityError, models, transaction
from django.db.models import Q, QuerySet

from community import contributions, kinds
from community.contributions import MergeRule
from community.merge_rules import CONSENTS, WITH_THE_ACCOUNT, WITH_THE_SUBJECT
from community.models import User
from community.triggers import guarded_tables

#: So many keys are named in one statement.
BATCH: Final = 500
#: Which rows of a table refer to an entry, and what makes them refer to another one.
Terms = dict[str, Any]


@dataclass(frozen=True)
class Reference:
    """A column that refers to entries of a model, or the pair of columns that names a subject by kind and key."""

    code: str
    model: type[models.Model]
    name: str
    kind: str = ""

    def rows(self, pk: int) -> QuerySet[Any]:
        """Return the rows that refer to the entry of that key, in their order."""
        terms: Terms = {"kind": self.kind, "subject_id": pk} if self.kind else {self.name: pk}
        found: QuerySet[Any] = self.model._base_manager.filter(**terms).order_by("pk")
        return found

    def point(self, rows: QuerySet[Any], pk: int) -> int:
        """Let these rows refer to the entry of that key; return how many. Refused by the database as a whole."""
        with transaction.atomic():
            return rows.order_by().update(**{self.name: pk})

    @property
    def is_join(self) -> bool:
        """Whether the table only joins two others."""
        return bool(self.model._meta.auto_created)


@dataclass
class Moved:
    """What became of the rows behind one reference, as plain values that an event's detail can hold.

    `moved` and `stayed` are keys; `dropped` are whole rows as text; `ended` is key -> column -> [old, new].
    `is_between` says that these rows have both entries as their sides.
    """

    code: str
    moved: list[int] = field(default_factory=list)
    stayed: list[int] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    ended: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    blocked: list[int] = field(default_factory=list)
    is_history: bool = False
    is_between: bool = False

    def plain(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)

    @property
    def collided(self) -> int:
        """How many rows could not simply move."""
        return len(self.dropped) + len(self.ended) + len(self.stayed) * (not self.is_history) + len(self.blocked)


def references_to(model: type[models.Model]) -> Iterator[Reference]:
    """Yield every column of every table that refers to rows of `model`, and every pair (kind, id) that may."""
    kind = "" if model is User else kinds.of(model()).code
    for table in apps.get_models(include_auto_created=True):
        if not table._meta.managed or table._meta.proxy:
            continue
        columns = {column.name: column for column in table._meta.concrete_fields}
        for name, column in columns.items():
            code = f"{table._meta.label}.{name}"
            if column.is_relation and column.related_model is model and code not in WITH_THE_ACCOUNT:
                yield Reference(code, table, name)
        is_pair = isinstance(columns.get("kind"), models.CharField) and "subject_id" in columns
        if kind and is_pair and table._meta.label not in WITH_THE_SUBJECT:
            yield Reference(f"{table._meta.label}.subject", table, "subject_id", kind)


def rule_of(code: str) -> MergeRule:
    """Return the rule of a reference; tables that only join two others drop what is there twice."""
    for said in contributions.merge_rules:
        if code in said:
            return said[code]
    return MergeRule()


def granted_by(model: type[models.Model], pk: int, on: date) -> list[tuple[str, int]]:
    """Return by which references the entry of that key lets a person do or read something on a day: (code, rows).

    What has ended counts no more, and consents are told by themselves.
    """
    found = []
    for one in references_to(model):
        if one.code == CONSENTS or not rule_of(one.code).grants:
            continue
        rows = one.rows(pk)
        if any(column.name == "until_on" for column in one.model._meta.concrete_fields):
            rows = rows.filter(Q(until_on=None) | Q(until_on__gte=on))
        count = rows.count()
        if count:
            found.append((one.code, count))
    return found


def move_all(model: type[models.Model], old: int, new: int, on: date) -> list[Moved]:
    """Move every reference from the entry `old` to the entry `new`; return what became of them, without the empty."""
    guarded = guarded_tables()
    found = [_settle(one, old, new, on) for one in references_to(model)]
    found += [
        _stay(one, old) if one.model._meta.db_table in guarded else _move(one, old, new, on)
        for one in references_to(model)
    ]
    return [one for one in found if one.moved or one.stayed or one.dropped or one.ended or one.blocked]


def _settle(reference: Reference, old: int, new: int, on: date) -> Moved:
    """Treat the rows of which the two are both sides, whichever of them moves, before anything does."""
    done, rule = Moved(reference.code, is_between=True), rule_of(reference.code).between
    if rule is None or rule.find is None:
        return done
    for row in rule.find(old, new).order_by("pk"):
        if rule.how == "block":
            done.blocked.append(row.pk)
        elif rule.how == "drop":
            _drop(reference, rule, row, new, done)
        elif rule.how == "end":
            _end(rule, row, new, on, done)
        else:
            done.stayed.append(row.pk)
    return done


def _stay(reference: Reference, old: int) -> Moved:
    return Moved(reference.code, stayed=list(reference.rows(old).values_list("pk", flat=True)), is_history=True)


def _move(reference: Reference, old: int, new: int, on: date) -> Moved:
    done = Moved(reference.code)
    keys = list(reference.rows(old).values_list("pk", flat=True))
    if not keys:
        return done
    try:
        reference.point(reference.rows(old), new)
    except IntegrityError:
        for row in reference.rows(old):
            _move_one(reference, row, new, on, done)
    else:
        done.moved = keys
    return done


def _move_one(reference: Reference, row: Any, new: int, on: date, done: Moved) -> None:
    if _points(reference, row, new):
        done.moved.append(row.pk)
        return
    rule = rule_of(reference.code)
    if rule.how == "block":
        done.blocked.append(row.pk)
    elif rule.how == "drop" or (reference.is_join and not rule.rule):
        _drop(reference, rule, row, new, done)
    elif rule.how == "end" and rule.ended is not None:
        _end(rule, row, new, on, done)
        (done.moved if _points(reference, row, new) else done.stayed).append(row.pk)
    else:
        done.stayed.append(row.pk)


def _points(reference: Reference, row: Any, new: int) -> bool:
    try:
        return bool(reference.point(reference.model._base_manager.filter(pk=row.pk), new))
    except IntegrityError:
        return False


def _loser(rule: MergeRule, row: Any, new: int) -> Any:
    """Return the row of which there is one too many: the other one where that has the smaller rank."""
    rival = rule.rival(row, new) if rule.rival is not None else None
    return row if rival is None or rule.rank is None or rule.rank(row) <= rule.rank(rival) else rival


def _drop(reference: Reference, rule: MergeRule, row: Any, new: int, done: Moved) -> None:
    """Delete the row of which there is one too many; where that is the other one, this one moves to its place."""
    loses = _loser(rule, row, new)
    done.dropped.append(serializers.serialize("json", [loses]))
    loses.delete()
    if loses is not row:
        (done.moved if _points(reference, row, new) else done.stayed).append(row.pk)


def _end(rule: MergeRule, row: Any, new: int, on: date, done: Moved) -> None:
    """End the row of which there is one too many."""
    loses = _loser(rule, row, new)
    changed = rule.ended(loses, on) if rule.ended is not None else {}
    columns = {name: loses._meta.get_field(name) for name in changed}
    pairs = {}
    for name, value in changed.items():
        was = getattr(loses, name)
        setattr(loses, name, value)
        pairs[name] = [_text(columns[name], was), _text(columns[name], value)]
    type(loses)._base_manager.filter(pk=loses.pk).update(**changed)
    done.ended[str(loses.pk)] = pairs


def _text(column: Any, value: Any) -> str | None:
    """Return a value of a column as text that `to_python` reads back."""
    return None if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)


def move_back(model: type[models.Model], moved: list[dict[str, Any]], old: int, new: int) -> int:
    """Undo what `move_all` did as far as nobody changed it since; return how many rows could not go back.

    Order of effects: rows that still refer to `new` refer to `old` again, ended rows whose values still stand get
    those of before, dropped rows come back.
    """
    known, left = {one.code: one for one in references_to(model)}, 0
    for said in moved:
        reference = known.get(said["code"])
        if reference is None:
            left += len(said["moved"])
            continue
        left += _point_back(reference, said["moved"], old, new)
        left += sum(not _revive(reference.model, int(pk), pairs) for pk, pairs in said["ended"].items())
        left += sum(not _bring_back(text) for text in said["dropped"])
    return left


def _point_back(reference: Reference, keys: list[int], old: int, new: int) -> int:
    left = 0
    for start in range(0, len(keys), BATCH):
        for pk in keys[start : start + BATCH]:
            row = reference.rows(new).filter(pk=pk).first()
            left += row is None or not _points(reference, row, old)
    return left


def _revive(model: type[models.Model], pk: int, pairs: dict[str, list[Any]]) -> bool:
    columns: dict[str, Any] = {name: model._meta.get_field(name) for name in pairs}
    row: Any = model._base_manager.filter(pk=pk).first()
    if row is None or any(_text(columns[name], getattr(row, name)) != new for name, (_old, new) in pairs.items()):
        return False
    try:
        with transaction.atomic():
            values = {name: columns[name].to_python(old) for name, (old, _new) in pairs.items()}
            model._base_manager.filter(pk=pk).update(**values)
    except IntegrityError:
        return False
    return True


def _bring_back(text: str) -> bool:
    try:
        with transaction.atomic():
            for one in serializers.deserialize("json", text):
                if type(one.object)._base_manager.filter(pk=one.object.pk).exists():
                    return False
                one.save()
    except (IntegrityError, serializers.base.DeserializationError):
        return False
    return True
