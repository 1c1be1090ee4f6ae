"""Fields of the register's filters: words, codes, and things that are named by typing.

A named thing is given by its key, its code or its name. A name that fits several means all of them; one that fits
nothing, or too much, is refused with a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db.models import Case, Q, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community.choices import TerritoryLevel
from community.folding import fold, fold_key
from community.models import Organisation, Project, Solution, Territory, User
from community.querysets.search import SearchableQuerySet
from community.validators import plain_line

Words = str | Promise

#: A name may fit so many things; more is no filter any more.
MOST: Final = 50
SUGGESTIONS: Final = 12
LONGEST: Final = 200
#: More values than these are not meant by anybody.
MOST_VALUES: Final = 30
_KEY: Final = re.compile(r"[0-9]{1,12}")
_BETWEEN: Final = re.compile(r"[^\w]+")
_CODE_BEHIND: Final = re.compile(r"\(([^()]+)\)\s*$")


@dataclass(frozen=True)
class Named:
    """What one value of the address means: the value, the words for it, and the keys of the rows."""

    value: str
    label: str
    keys: tuple[int, ...]


class WordsField(forms.CharField):
    """Words to look for, at most 200 signs."""

    def __init__(self, **extra: Any) -> None:
        """Strip the ends; refuse invisible and control signs."""
        super().__init__(max_length=LONGEST, **extra)
        # One sentence about a control sign is enough: ours covers the null character too.
        others = [check for check in self.validators if not isinstance(check, ProhibitNullCharactersValidator)]
        self.validators = [*others, plain_line]


class CodesField(forms.MultipleChoiceField):
    """One or more codes from a fixed list; an empty one is as if it were not there."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid_choice": _("“%(value)s” is not one of the choices."),
        "too_many": _("Choose fewer values."),
    }

    def to_python(self, value: Any) -> list[str]:
        """Return each code once."""
        codes = _given(super().to_python(value))
        if len(codes) > MOST_VALUES:
            raise ValidationError(self.error_messages["too_many"], code="too_many")
        return codes

    def validate(self, value: list[str]) -> None:
        """Refuse a code that is not on the list, quoting its beginning only."""
        for code in value:
            if not self.valid_value(code):
                params = {"value": code[:40]}
                raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params=params)


class NamedField(forms.Field):
    """One or more things by key, code or name; cleans to a list of `Named`."""

    widget = forms.MultipleHiddenInput
    default_error_messages: ClassVar[dict[str, Any]] = {
        "unknown": _("Nothing is called “%(value)s”."),
        "vague": _("“%(value)s” fits more than %(most)d names. Write more of the name."),
        "too_many": _("Choose fewer values."),
    }

    def __init__(self, *, user: User | AnonymousUser | None = None, **extra: Any) -> None:
        """Look up what `user` may see."""
        self.user = user
        super().__init__(**extra)

    def to_python(self, value: Any) -> list[Named]:
        """Return what each value means.

        Raises:
            ValidationError: one sentence a value that means nothing, or too much.
        """
        values = _given(value or [])
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
        """Return what one value means: the row of that key or name, else all that hold its words; one query."""
        rows = self.rows()
        exactly = Q(pk=int(text)) if _KEY.fullmatch(text) else self.exactly(text)
        loosely = Q(pk__in=rows.matching(text[:LONGEST]).values("pk"))
        is_exact = Case(When(exactly, then=True), default=False)
        found: list[Any] = list(
            rows.filter(exactly | loosely).annotate(is_exact=is_exact).order_by("-is_exact", "pk")[: MOST + 1]
        )
        return self.named(text, [row for row in found if row.is_exact] or found)

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


class OrganisationField(NamedField):
    """Organisations by key, name or short name."""

    default_error_messages: ClassVar[dict[str, Any]] = {"unknown": _("No organisation is called “%(value)s”.")}

    def rows(self) -> SearchableQuerySet[Any]:
        """Return the organisations that the person may see."""
        return Organisation.objects.visible_to(self.user)

    def exactly(self, text: str) -> Q:
        """Compare the folded name, and the short name without case."""
        return Q(name_key=fold_key(text)) | Q(short_name__iexact=text)


class ProjectField(NamedField):
    """Projects by key, code or acronym."""

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

    default_error_messages: ClassVar[dict[str, Any]] = {"unknown": _("No result to transfer is called “%(value)s”.")}

    def rows(self) -> SearchableQuerySet[Any]:
        """Return the solutions that the person may see."""
        return Solution.objects.visible_to(self.user)

    def exactly(self, text: str) -> Q:
        """Compare the folded title."""
        return Q(title_key=fold_key(text))

    def label_of(self, row: Any) -> str:
        """Return the title."""
        return str(row.title)


class TerritoryField(NamedField):
    """Territories by key, code or name ("EL43", "Kriti", "Kriti (EL43)"), with everything that lies in them."""

    default_error_messages: ClassVar[dict[str, Any]] = {"unknown": _("No territory is called “%(value)s”.")}

    def look_up(self, text: str) -> Named:
        """Return the territory of that code or name, in any NUTS version, and what lies in it."""
        code = behind[1] if (behind := _CODE_BEHIND.search(text)) else text
        exact = Q(code__iexact=code) | (Q(pk=int(text)) if _KEY.fullmatch(text) else Q(name__iexact=text))
        found = list(Territory.objects.filter(exact)[:MOST]) or self.called(text)
        named = self.named(text, found)
        label = self.label_of(found[0]) if len({row.name for row in found}) == 1 else named.label
        return Named(text, label, territories_within(found))

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
    """Return the keys of the territories and of all that lies in them: of a country, everything with its letters."""
    keys = [row.pk for row in found]
    countries = [row.country for row in found if row.level == TerritoryLevel.COUNTRY and row.country]
    inside = Territory.objects.filter(Q(maps_to__in=keys) | Q(country__in=countries))
    return tuple(sorted({*keys, *inside.values_list("pk", flat=True)}))


def _spaced(name: str) -> str:
    """Return a folded name with a space before each of its words."""
    return " " + _BETWEEN.sub(" ", fold(name))


def _given(values: Iterable[Any]) -> list[str]:
    """Return the values that say something, each once."""
    return list(dict.fromkeys(text for value in values if (text := str(value).strip())))
