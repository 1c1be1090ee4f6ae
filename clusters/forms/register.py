"""Fields of the register's filters: things that are named by typing, beside words and codes (`community.forms.codes`).

A named thing is given by its key, its code or its name. A name that fits several means all of them; one that fits
nothing, or too much, is refused with a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, ClassVar, Final

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db.models import Case, CharField, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clusters.forms.solution import called, told_apart
from community.access import successor_of
from community.folding import fold, fold_key
from community.forms.codes import LONGEST, MOST_VALUES, given
from community.models import Organisation, Project, Solution, Territory, User
from community.querysets.search import SearchableQuerySet
from community.validators import is_key, plain_line

Words = str | Promise

#: A name may fit so many things; more is no filter any more.
MOST: Final = 50
SUGGESTIONS: Final = 12
_LETTERS: Final = re.compile(r"[A-Za-z]{2}")
_KEY: Final = re.compile(r"[0-9]{1,12}")
_BETWEEN: Final = re.compile(r"[^\w]+")
_CODE_BEHIND: Final = re.compile(r"\(([^()]+)\)\s*$")


@dataclass(frozen=True)
class Named:
    """What one value of the address means: the value, the words for it, and the keys of the rows."""

    value: str
    label: str
    keys: tuple[int, ...]


class NamesInput(forms.MultipleHiddenInput):
    """Reads all values of one name. In sight (`clusters/list/_typed.html`), so that its errors are named."""

    input_type = "text"


class NamedField(forms.Field):
    """One or more things by key, code or name; cleans to a list of `Named`."""

    widget = NamesInput
    default_error_messages: ClassVar[dict[str, Any]] = {
        "unknown": _("Nothing is called “%(value)s”."),
        "vague": _("“%(value)s” fits more than %(most)d names. Write more of the name."),
        "too_many": _("Choose fewer values."),
    }

    #: Columns that the words for a row are made of, and by which rows that fit equally well are ordered.
    columns: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *, user: User | AnonymousUser | None = None, **extra: Any) -> None:
        """Look up what `user` may see; `found` is what was looked up for all fields together, by value."""
        self.user = user
        self.found: dict[str, list[Any]] = {}
        super().__init__(**extra)

    def to_python(self, value: Any) -> list[Named]:
        """Return what each value means.

        Raises:
            ValidationError: one sentence a value that means nothing, or too much.
        """
        values = given(value or [])
        if len(values) > MOST_VALUES:
            raise ValidationError(self.error_messages["too_many"], code="too_many")
        found, errors = [], []
        for text in values:
            try:
                plain_line(text)
                found.append(self.look_up(text))
            except ValidationError as error:
                errors.append(error)
        if errors:
            raise ValidationError(errors)
        return found

    def look_up(self, text: str) -> Named:
        """Return what one value means: the row of that key or name, else all that hold its words."""
        if text not in self.found:
            look_up_together([(self, text)])
        found = self.found[text]
        return self.named(text, [row for row in found if row.is_exact] or found)

    def fitting(self, text: str) -> QuerySet[Any]:
        """Return the rows that one value could mean, at most one more than `MOST`, with `is_exact`."""
        rows, exactly = self.rows(), self.exact(text)
        loosely = Q(pk__in=rows.matching(text[:LONGEST]).values("pk"))
        is_exact = Case(When(exactly, then=1), default=0, output_field=IntegerField())
        best = rows.filter(exactly | loosely).annotate(is_exact=is_exact).order_by("-is_exact", "pk")
        return rows.filter(pk__in=best.values("pk")[: MOST + 1]).annotate(is_exact=is_exact)

    def exact(self, text: str) -> Q:
        """Return the condition that a row has that key, or is called just that."""
        return Q(pk=int(text)) if _KEY.fullmatch(text) else self.exactly(text)

    def named(self, text: str, found: Sequence[Any]) -> Named:
        """Return the meaning of `text` that fits the rows `found`.

        Raises:
            ValidationError: nothing fits, or too much does.
        """
        if not found:
            raise self.refusal("unknown", text)
        if len(found) > MOST:
            raise self.refusal("vague", text)
        label = self.label_of(found[0]) if len(found) == 1 else text
        return Named(text, label, tuple(row.pk for row in found))

    def refusal(self, code: str, text: str) -> ValidationError:
        """Return the error of that code, quoting the beginning of what was typed."""
        return ValidationError(self.error_messages[code], code=code, params={"value": text[:60], "most": MOST})

    def rows(self) -> SearchableQuerySet[Any]:
        """Return the rows that may be named."""
        raise NotImplementedError

    def exactly(self, text: str) -> Q:
        """Return the condition that a row is called just that."""
        raise NotImplementedError

    def label_of(self, row: Any) -> str:
        """Return the words for a row in a chip."""
        return str(row)

    def suggestions(self, text: str) -> list[str]:
        """Return a few names that fit what was typed so far."""
        if not fold(text):
            return []
        return [self.label_of(row) for row in self.rows().matching(text[:LONGEST])[:SUGGESTIONS]]


#: Texts that the union of all look-ups holds for each row.
_WIDEST: Final = 4


def look_up_together(asked: Sequence[tuple[NamedField, str]]) -> None:
    """Look up what all the values could mean and let their fields know it; one query."""
    parts = []
    for number, (field, text) in enumerate(asked):
        words: list[Any] = [Cast(name, CharField()) for name in field.columns]
        words += [Value("", CharField())] * (_WIDEST - len(words))
        said = {f"said_{place}": word for place, word in enumerate(words)}
        rows = field.fitting(text).order_by().annotate(asked=Value(number, IntegerField()), **said)
        parts.append(rows.values_list("asked", "pk", "is_exact", *said))
        field.found[text] = []
    for number, pk, is_exact, *words in parts[0].union(*parts[1:], all=True) if parts else []:
        field, text = asked[number]
        row = field.rows().model(pk=pk, **dict(zip(field.columns, words, strict=False)))
        row.is_exact = is_exact
        field.found[text].append(row)
    for field, text in asked:
        field.found[text].sort(key=attrgetter(*field.columns, "pk"))


def look_up_all(form: forms.Form) -> None:
    """Look up what is typed into all the fields of a form; what no look-up can mean is left to each field."""
    asked = []
    for name, field in form.fields.items():
        if isinstance(field, NamedField):
            values = given(form[name].data or [])
            asked += [(field, text) for text in values[:MOST_VALUES] if _is_plain(text)]
    look_up_together(asked)


def _is_plain(text: str) -> bool:
    try:
        plain_line(text)
    except ValidationError:
        return False
    return True


class OrganisationField(NamedField):
    """Organisations by key, name or short name; the key of one that was merged means the one that it is now."""

    columns = ("name",)

    default_error_messages: ClassVar[dict[str, Any]] = {"unknown": _("No organisation is called “%(value)s”.")}

    def named(self, text: str, found: Sequence[Any]) -> Named:
        """Return what is meant; a key that is nobody's is asked for among those that were merged, before it is a word.

        Raises:
            ValidationError: nothing fits, or too much does.
        """
        is_nobodys = is_key(text) and not any(row.is_exact for row in found)
        if is_nobodys and (now := successor_of(Organisation, pk=int(text))) is not None:
            found = list(self.rows().filter(pk=now.pk)) or found
        return super().named(text, found)

    def rows(self) -> SearchableQuerySet[Any]:
        """Return the organisations that the person may see."""
        return Organisation.objects.visible_to(self.user)

    def exactly(self, text: str) -> Q:
        """Compare the folded name, and the short name without case."""
        return Q(name_key=fold_key(text)) | Q(short_name__iexact=text)


class ProjectField(NamedField):
    """Projects by key, code or acronym."""

    columns = ("acronym",)

    default_error_messages: ClassVar[dict[str, Any]] = {"unknown": _("No project is called “%(value)s”.")}

    def rows(self) -> SearchableQuerySet[Any]:
        """Return all projects."""
        return Project.objects.visible_to(self.user)

    def exactly(self, text: str) -> Q:
        """Compare acronym and code without case."""
        return Q(acronym_key=fold_key(text)) | Q(code__iexact=text)

    def label_of(self, row: Any) -> str:
        """Return the acronym."""
        return str(row.acronym)


class SolutionField(NamedField):
    """Results to transfer by key or title."""

    columns = ("title",)

    default_error_messages: ClassVar[dict[str, Any]] = {"unknown": _("No result to transfer is called “%(value)s”.")}

    def rows(self) -> SearchableQuerySet[Any]:
        """Return the solutions that the person may see."""
        return Solution.objects.visible_to(self.user)

    def exactly(self, text: str) -> Q:
        """Compare the folded title, alone or with the project's acronym behind it."""
        return called(text)

    def label_of(self, row: Any) -> str:
        """Return the title."""
        return str(row.title)

    def suggestions(self, text: str) -> list[str]:
        """Return a few titles that fit, with the projects where several bear one title."""
        if not fold(text):
            return []
        return told_apart(list(self.rows().matching(text[:LONGEST]).select_related("project")[:SUGGESTIONS]))


class TerritoryField(NamedField):
    """Territories by key, code or name ("EL43", "Kriti", "Kriti (EL43)"), with everything that lies in them."""

    columns = ("country", "code", "nuts_version", "name")

    default_error_messages: ClassVar[dict[str, Any]] = {"unknown": _("No territory is called “%(value)s”.")}

    def look_up(self, text: str) -> Named:
        """Return the territory of that code or name, in any NUTS version, and what lies in it.

        Only a part of a name asks twice more: all territories, because accents are compared without a database's
        help, and what lies in those found.
        """
        if text not in self.found:
            look_up_together([(self, text)])
        known = self.found[text]
        found = [row for row in known if row.is_exact]
        if known and not found:
            return Named(text, text.upper(), tuple(sorted(row.pk for row in known)))
        found = found or self.called(text)
        named = self.named(text, found)
        label = self.label_of(found[0]) if len({row.name for row in found}) == 1 else named.label
        keys = tuple(sorted(row.pk for row in known)) if known else territories_within(found)
        return Named(text, label, keys)

    def rows(self) -> Any:
        """Return all territories."""
        return Territory.objects.all()

    def exact(self, text: str) -> Q:
        """Compare key or name, and the code, which may stand in brackets behind the name."""
        code = behind[1] if (behind := _CODE_BEHIND.search(text)) else text
        return Q(code__iexact=code) | (Q(pk=int(text)) if _KEY.fullmatch(text) else Q(name__iexact=text))

    def fitting(self, text: str) -> QuerySet[Any]:
        """Return the territories of that code or name with `is_exact`, and all that lies in them.

        Of the letters of a country that has no entry what lies in it, none of them exact.
        """
        exactly = Territory.objects.filter(self.exact(text)).values("pk")[:MOST]
        is_exact = Case(When(pk__in=exactly, then=1), default=0, output_field=IntegerField())
        is_country = _LETTERS.fullmatch(text) is not None
        lying = Territory.objects.within(text.upper()) if is_country else Territory.objects.lying_in(exactly)
        return lying.annotate(is_exact=is_exact)

    def called(self, text: str) -> list[Territory]:
        """Return the territories in whose name words begin with all words of `text`, without case and accents."""
        words = _spaced(text).split()
        rows = Territory.objects.order_by("pk") if words else []
        return [row for row in rows if all(f" {word}" in _spaced(row.name) for word in words)][: MOST + 1]

    def label_of(self, row: Any) -> str:
        """Return name and code of a region, the name alone of anything else."""
        return f"{row.name} ({row.code})" if row.nuts_version else str(row.name)

    def suggestions(self, text: str) -> list[str]:
        """Return territories by name or by the beginning of their code."""
        if not fold(text):
            return []
        by_code = Territory.objects.filter(code__istartswith=text[:10])[:SUGGESTIONS]
        rows = {row.pk: row for row in [*by_code, *self.called(text[:LONGEST])]}
        return list(dict.fromkeys(self.label_of(row) for row in rows.values()))[:SUGGESTIONS]


def territories_within(found: Sequence[Territory]) -> tuple[int, ...]:
    """Return the keys of the territories and of all that lies in them, as every list understands it."""
    rows = Territory.objects.lying_in(Territory.objects.filter(pk__in=[row.pk for row in found]).values("pk"))
    return tuple(sorted(rows.values_list("pk", flat=True)))


def _spaced(name: str) -> str:
    """Return a folded name with a space before each of its words."""
    return " " + _BETWEEN.sub(" ", fold(name))
