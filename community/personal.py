"""What is kept of a person, gathered from every column of every app that refers to them.

The columns are found by looking at the models; what each gives is said by `contributions.person_columns` and
`contributions.personal_records`. A column that nobody speaks of stops with an error, and a test finds it before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import Count, IntegerField, QuerySet, Value
from django.utils import formats, timezone
from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _

from community import contributions
from community.contributions import PersonalRecords, PersonColumn, Words
from community.models import Member, User

PEOPLE: Final = (Member, User)
#: So many rows of a part stand on the page; the export has all.
SHOWN: Final = 5
Row = dict[str, Any]


@dataclass(frozen=True)
class Reference:
    """A column that refers to a person or an account, and what becomes of it."""

    code: str
    model: type[models.Model]
    name: str
    rule: PersonColumn

    def rows(self, who: Whose) -> QuerySet[Any]:
        """Return the rows that refer to the person, oldest first."""
        keys = who.members if self.is_member else who.accounts
        rows: QuerySet[Any] = self.model._base_manager.filter(**{f"{self.name}__in": keys}).order_by("pk")
        return rows

    @property
    def is_member(self) -> bool:
        """Whether it refers to the person, not to their account."""
        return self.model._meta.get_field(self.name).related_model is Member


@dataclass(frozen=True)
class Whose:
    """A person with the rows merged into it, and their accounts, as keys."""

    member: Member
    members: tuple[int, ...]
    accounts: tuple[int, ...]


@dataclass(frozen=True)
class Part:
    """Rows of one sort: how many there are, and those that were loaded."""

    code: str
    label: Words
    count: int
    rows: Sequence[Row] = field(default_factory=tuple)

    @property
    def more(self) -> int:
        """How many rows were not loaded."""
        return self.count - len(self.rows)

    @property
    def lines(self) -> list[str]:
        """The loaded rows for the page, one line each, without what is empty."""
        said = [[_in_words(value) for value in row.values()] for row in self.rows]
        return [" · ".join(word for word in words if word) for words in said]


def whose(member: Member) -> Whose:
    """Return whose data is meant: the person, and every row that was merged into theirs."""
    found, at = [member.pk], 0
    while at < len(found):
        found += Member.objects.filter(merged_into=found[at]).exclude(pk__in=found).values_list("pk", flat=True)
        at += 1
    accounts = Member.objects.filter(pk__in=found, user__isnull=False).values_list("user_id", flat=True)
    return Whose(member, tuple(found), tuple(accounts))


def columns() -> dict[str, PersonColumn]:
    """Return what the apps say of their columns, by "app.Model.field"."""
    return {code: rule for said in contributions.person_columns for code, rule in said.items()}


def found_columns() -> Iterator[tuple[str, type[models.Model], str]]:
    """Yield every column of every model that refers to a person or an account: code, model and name."""
    for model in apps.get_models(include_auto_created=True):
        for column in model._meta.concrete_fields:
            if column.is_relation and column.related_model in PEOPLE:
                yield f"{model._meta.label}.{column.name}", model, column.name


def references() -> list[Reference]:
    """Return every column that refers to a person, with what becomes of it.

    Raises:
        KeyError: an app says nothing of one of its columns.
    """
    said = columns()
    return [Reference(code, model, name, said[code]) for code, model, name in found_columns()]


def parts_of(member: Member, *, most: int | None = None) -> list[Part]:
    """Return all that is kept of a person, part by part; of each the first `most` rows, or all.

    As many queries as there are parts with something in them, and one for each of `contributions.personal_records`.
    """
    who, known = whose(member), references()
    counts = _counts([one for one in known if one.rule.gives], who)
    found = [_account(who)]
    for one in known:
        if count := counts.get(one.code, 0):
            loaded = list(_loaded(one, who)[:most])
            given = [_given(row, one.rule.gives) for row in loaded]
            rows = given if most is None else list(map(_worded, loaded, given))
            found.append(Part(one.code, one.rule.label, count, rows))
    for code in contributions.personal_records.codes():
        record = contributions.personal_records.get(code)
        found.append(_recorded(code, record, who, most))
    return [part for part in found if part.count]


def _recorded(code: str, record: PersonalRecords, who: Whose, most: int | None) -> Part:
    """Return what an app records of a person, of all rows merged into theirs."""
    rows, count = list[Row](), 0
    for key in who.members:
        asked = record.rows(entry_of(who, key))
        if not (found := asked.count()):
            continue
        loaded = list(asked if most is None else asked[:most])
        count += found
        rows += [record.export(row) if most is None else _readable(row, record.export(row)) for row in loaded]
    return Part(code, record.label, count, rows[:most])


def _readable(row: models.Model, given: Row) -> Row:
    """Return what an app records with its choices and other codes in words, for the page."""
    chosen = {
        name: getattr(row, f"get_{name}_display")() if hasattr(row, f"get_{name}_display") else value
        for name, value in given.items()
    }
    return _worded(row, chosen)


def _worded(row: models.Model, given: Row) -> Row:
    """Return what is given of a row with its codes in the words of `contributions.column_words`."""
    return {name: _word(f"{row._meta.label}.{name}", row, value) for name, value in given.items()}


def _word(column: str, row: models.Model, value: Any) -> Any:
    known = next((words[column] for words in contributions.column_words if column in words), None)
    return value if known is None else known(row)


def person_of(member: Member) -> Row:
    """Return the columns of the person themselves."""
    names = ("key", "name", "sort_name", "standing", "languages", "about", "created_at", "erased_at", "version")
    return {name: getattr(member, name) for name in names}


def document_of(member: Member, at: datetime) -> dict[str, Any]:
    """Return all that is kept of a person as one document of plain values, for JSON."""
    parts = [
        {"part": part.code, "title": str(part.label), "count": part.count, "rows": [plain(row) for row in part.rows]}
        for part in parts_of(member)
    ]
    return {"exported_at": at.isoformat(timespec="seconds"), "person": plain(person_of(member)), "parts": parts}


def plain(row: Mapping[str, Any]) -> Row:
    """Return a row in values that JSON knows: moments and days as ISO, everything else as text."""
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, dict):
        return plain(value)
    if isinstance(value, list | tuple | set):
        return [_plain(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else force_str(value)


def _account(who: Whose) -> Part:
    """Return the accounts of a person; nothing of their passwords."""
    names = "email language is_active is_staff date_joined last_login"
    rows = [_given(row, names) for row in User.objects.filter(pk__in=who.accounts).order_by("pk")]
    return Part("community.User", _("Your account"), len(rows), rows)


def entry_of(who: Whose, key: int) -> Member:
    """Return one of a person's entries; the one that stayed is at hand."""
    return who.member if key == who.member.pk else Member.objects.select_related("user").get(pk=key)


def _counts(known: Sequence[Reference], who: Whose) -> dict[str, int]:
    """Return how many rows each column has of a person; one query."""
    asked = []
    for number, one in enumerate(known):
        marked = one.rows(who).order_by().annotate(of_column=Value(number, output_field=IntegerField()))
        asked.append(marked.values("of_column").annotate(rows=Count("pk")).values_list("of_column", "rows"))
    return {known[number].code: count for number, count in asked[0].union(*asked[1:], all=True)} if asked else {}


def _loaded(reference: Reference, who: Whose) -> QuerySet[Any]:
    """Return the rows of a column with what their given columns lead to."""
    joins = set()
    for path in reference.rule.gives.split():
        if path.endswith("_id"):
            continue
        model, join = reference.model, []
        for name in path.split("__"):
            column: Any = model._meta.get_field(name)
            if not column.is_relation:
                break
            join.append(name)
            model = column.related_model
        if join:
            joins.add("__".join(join))
    rows = reference.rows(who)
    return rows.select_related(*sorted(joins)) if joins else rows


def _given(row: models.Model, names: str) -> Row:
    """Return the named columns of a row: choices in words, what is referred to as its title."""
    return {name: _value(row, name) for name in names.split()}


def _value(row: Any, path: str) -> Any:
    first, _sep, rest = path.partition("__")
    try:
        value = getattr(row, first)
    except ObjectDoesNotExist:
        return None
    if rest:
        return None if value is None else _value(value, rest)
    if isinstance(value, models.Model):
        return str(value)
    shown = getattr(row, f"get_{first}_display", None)
    return shown() if shown is not None and value is not None else value


def _in_words(value: Any) -> str:
    """Return a value for the page: moments and days as people write them; "" for what only the export tells."""
    if value is None or value is False or isinstance(value, dict):
        return ""
    if value is True:
        return str(_("yes"))
    if isinstance(value, datetime):
        return str(formats.date_format(timezone.localtime(value), "j F Y, H:i"))
    if isinstance(value, date):
        return str(formats.date_format(value, "j F Y"))
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(_in_words, value)))
    return str(value)
