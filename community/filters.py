"""The filters of the community's lists. A value that cannot be is shown as an error, and no rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from community.access import successor_of
from community.choices import (
    UNANSWERED,
    ExchangeKind,
    ExchangeStatus,
    Language,
    NeedStatus,
    PartnerRole,
    ProjectFamily,
    ProjectType,
    Urgency,
    Vocabulary,
    Whereabouts,
)
from community.contributions import member_roles
from community.forms.dates import in_words
from community.models import Member, Need, Organisation, PeerExchange, Project, Term, Territory
from community.querysets.territory import lying_within
from community.rights import can_see_directory
from community.validators import is_key, plain_line


@dataclass(frozen=True)
class Chip:
    """An active filter, with the address that takes it off."""

    label: str
    value: str
    url: str


class WordsFilter(django_filters.CharFilter):  # type: ignore[misc]
    """Words of the folded text, all of which must be found."""

    def __init__(self, **kwargs: Any) -> None:
        """Make the field one plain line of at most 200 signs."""
        super().__init__(label=_("Words"), max_length=200, validators=[plain_line], **kwargs)

    def filter(self, qs: Any, value: str) -> Any:
        """Keep the rows that hold every word."""
        return qs.matching(value) if value else qs


class TermFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    """One term of a vocabulary, by its code; retired terms still filter the rows that hold them."""

    def __init__(self, vocabulary: str, field_name: str, label: Any) -> None:
        """Offer the terms of `vocabulary`."""

        def choices() -> list[tuple[str, str]]:
            return [(term.code, term.label) for term in Term.objects.of(vocabulary)]

        super().__init__(field_name=f"{field_name}__code", choices=choices, label=label, empty_label=_("Any"))


class PlaceFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    """One territory by its code, with all that lies in it."""

    def __init__(self, **kwargs: Any) -> None:
        """Offer what forms offer, and the programme's countries that have no entry, by their letters."""
        choices = Territory.objects.selectable_choices
        super().__init__(label=_("Territory"), choices=choices, empty_label=_("Any"), **kwargs)

    def filter(self, qs: Any, value: str) -> Any:
        """Keep the rows in that territory."""
        return qs.within(value) if value else qs


class WhereFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    """What no place of the list answers: outside the programme, without a place, or in no single region.

    `beside` is the filter of the same form by a territory's code: of that, no single region is meant then.
    """

    def __init__(self, beside: str) -> None:
        """Offer the `Whereabouts`."""
        self.beside = beside
        super().__init__(label=_("Where else"), choices=Whereabouts.choices, empty_label=_("Any"))

    def filter(self, qs: Any, value: str) -> Any:
        """Keep the rows that are there."""
        code = self.parent.form.cleaned_data.get(self.beside)
        # As a list: three tables deep, SQLite reads no more brackets.
        among = list(lying_within(code).values_list("pk", flat=True)) if value and code else None
        return qs.placed(value, among) if value else qs


class FilterBar(django_filters.FilterSet):  # type: ignore[misc]
    """The form by a list: `rows` are none when a value is wrong, `chips` take filters off."""

    @property
    def rows(self) -> QuerySet[Any]:
        """The rows that match, in a total order; none when the form has errors."""
        found: QuerySet[Any] = self.qs if self.form.is_valid() else self.queryset.none()
        return found

    @cached_property
    def chips(self) -> list[Chip]:
        """The active filters, in the order of the form."""
        if not self.form.is_valid():
            return []
        found = []
        for name, field in self.form.fields.items():
            value = self.form.cleaned_data.get(name)
            if name == "sort" or value in (None, "", []):
                continue
            choices: Any = field.choices if isinstance(field, forms.ChoiceField) else ()
            words = dict(choices).get(value, value)
            rest = self.data.copy()
            rest.pop(name, None)
            rest.pop("page", None)
            found.append(Chip(str(field.label), _said(words), f"?{rest.urlencode()}"))
        return found


class ListFilter(FilterBar):
    """The form beside the list of a noun: words, and what a child adds."""

    q = WordsFilter()


def _said(value: Any) -> str:
    """Return a value as a chip says it."""
    return in_words(value) if isinstance(value, date) else str(value)


def _choice(label: Any, choices: Any, **kwargs: Any) -> Any:
    return django_filters.ChoiceFilter(label=label, choices=choices, empty_label=_("Any"), **kwargs)


class SortFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    """The order of a list, in the address like a filter; each order is total. The first one comes by itself."""

    def __init__(self, orders: Mapping[str, tuple[Any, tuple[str, ...]]], **kwargs: Any) -> None:
        """Offer `orders`: code -> (words, columns)."""
        self.orders = orders
        first, *choices = [(code, words) for code, (words, _columns) in orders.items()]
        super().__init__(label=_("Sorted by"), choices=choices, empty_label=first[1], **kwargs)

    def filter(self, qs: Any, value: str) -> Any:
        """Order the rows; nothing is left out."""
        return qs.in_order(*self.orders[value][1]) if value else qs


NEED_ORDERS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "newest": (_("Newest first"), ()),
    "oldest": (_("Oldest first: waiting longest"), ("raised_at", "pk")),
    "wanted": (_("Most “me too” first"), ("-me_too_count", "raised_at", "pk")),
    "urgent": (_("Most urgent first"), ("-urgency_rank", "raised_at", "pk")),
}


class NeedFilter(ListFilter):
    """Needs, newest first."""

    status = _choice(
        _("Status"), [(UNANSWERED, _("Not answered: unmet or taken up")), *NeedStatus.choices], method="of_status"
    )
    urgency = _choice(_("Urgency"), Urgency.choices)
    challenge = TermFilter(Vocabulary.CHALLENGE, "challenges", _("Challenge"))
    type = TermFilter(Vocabulary.SOLUTION_TYPE, "solution_types", _("Wanted type of solution"))
    territory = PlaceFilter()
    where = WhereFilter("territory")
    sort = SortFilter(NEED_ORDERS)

    class Meta:
        model = Need
        fields: list[str] = []

    def of_status(self, rows: Any, name: str, value: str) -> Any:
        """Keep those of a status, or all that nothing has answered yet."""
        return rows.open() if value == UNANSWERED else rows.filter(status=value)


def _languages() -> list[tuple[str, Any]]:
    return sorted(Language.choices, key=lambda choice: str(choice[1]))


class LanguageFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    """One language by its code."""

    def filter(self, qs: Any, value: str) -> Any:
        """Keep the rows that can be had in that language."""
        return qs.in_language(value) if value else qs


class ExchangeFilter(ListFilter):
    """Peer exchanges, newest first."""

    side = _choice(_("Side"), [("offer", _("Offers")), ("ask", _("Requests"))], method="of_side")
    status = _choice(
        _("Status"), [choice for choice in ExchangeStatus.choices if choice[0] != ExchangeStatus.CANCELLED]
    )
    kind = _choice(_("Form"), ExchangeKind.choices)
    challenge = TermFilter(Vocabulary.CHALLENGE, "challenges", _("Challenge"))
    language = LanguageFilter(label=_("Language"), choices=_languages, empty_label=_("Any"))
    territory = PlaceFilter()

    class Meta:
        model = PeerExchange
        fields: list[str] = []

    def of_side(self, rows: Any, name: str, value: str) -> Any:
        """Keep what was opened as an offer, or as a request."""
        return rows.filter(is_offer=value == "offer") if value else rows


class ProjectFilter(ListFilter):
    """Projects, governance first, by acronym."""

    family = _choice(_("Family"), ProjectFamily.choices)
    type = _choice(_("Type"), ProjectType.choices)
    objective = TermFilter(Vocabulary.OBJECTIVE, "specific_objective", _("Specific objective"))

    class Meta:
        model = Project
        fields: list[str] = []


def _expertise() -> list[tuple[str, str]]:
    return [(term.code, term.label) for term in Term.objects.of(Vocabulary.EXPERTISE)]


class ConsortiumFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    """One project by its code: those in its consortium, also after its end."""

    def __init__(self, label: Any) -> None:
        """Offer all projects, by acronym."""

        def choices() -> list[tuple[str, str]]:
            return list(Project.objects.order_by("acronym", "pk").values_list("code", "acronym"))

        super().__init__(label=label, choices=choices, empty_label=_("Any"))

    def filter(self, qs: Any, value: str) -> Any:
        """Keep the organisations or persons of that consortium."""
        return qs.of_project(value) if value else qs


class OrganisationFilter(ListFilter):
    """Organisations, by name."""

    country = _choice(
        _("Country"),
        lambda: [(code, code) for code in Organisation.objects.unmerged().countries()],
    )
    kind = TermFilter(Vocabulary.ORGANISATION_TYPE, "kind", _("Type"))
    territory = PlaceFilter()
    project = ConsortiumFilter(_("Project"))
    role = _choice(_("Role in projects"), PartnerRole.choices, method="of_role")
    expertise = _choice(_("Expertise of its people"), _expertise, method="of_expertise")
    language = _choice(_("Language of its people"), _languages, method="of_language")

    class Meta:
        model = Organisation
        fields: list[str] = []

    def of_role(self, rows: Any, name: str, value: str) -> Any:
        """Keep those with a role in the chosen project, or in any."""
        return rows.partners_in(project=self.form.cleaned_data.get("project") or "", role=value) if value else rows

    def of_expertise(self, rows: Any, name: str, value: str) -> Any:
        """Keep those where somebody whom the reader sees in the directory knows of it."""
        return rows.with_people(self._people().filter(expertise__code=value), self._on) if value else rows

    def of_language(self, rows: Any, name: str, value: str) -> Any:
        """Keep those where somebody whom the reader sees in the directory speaks it."""
        return rows.with_people(self._people().speaking(value), self._on) if value else rows

    def _people(self) -> Any:
        return Member.objects.visible_to(self.request.user)

    @cached_property
    def _on(self) -> date:
        return timezone.localdate()


class PersonFilter(WordsFilter):
    """Words of what the reader may read of a person."""

    def filter(self, qs: Any, value: str) -> Any:
        """Keep those in whose entry every word stands."""
        return qs.found_by(self.parent.request.user, value) if value else qs


class RoleFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    """What somebody is in the community, by its code in `contributions.member_roles`."""

    def __init__(self) -> None:
        """Offer what is registered."""

        def choices() -> list[tuple[str, Any]]:
            return [(code, member_roles.get(code).label) for code in member_roles.codes()]

        super().__init__(label=_("Role"), choices=choices, empty_label=_("Any"))

    def filter(self, qs: Any, value: str) -> Any:
        """Keep the persons who are it today."""
        if not value:
            return qs
        return qs.filter(member_roles.get(value).condition(timezone.localdate())).read_whole_by(
            self.parent.request.user
        )


class OrganisationKeyField(forms.CharField):
    """One organisation by the number of its page, carried unseen; the chip says which, and takes it off.

    The number of one that was merged means the one that it is now.
    """

    widget = forms.HiddenInput
    #: Nobody typed it, but it stands in an address that somebody kept: what is wrong with it is said in its own words.
    is_in_the_address = True

    def __init__(self, *, user: Any = None, **kwargs: Any) -> None:
        """Find what `user` may see."""
        super().__init__(**kwargs)
        self.user = user

    def clean(self, value: Any) -> Organisation | None:
        """Return the organisation, or None where none is asked for.

        Raises:
            ValidationError: the reader sees none of that number.
        """
        text = super().clean(value)
        if not text:
            return None
        found = self._found(int(text)) if is_key(text) else None
        if found is None:
            raise forms.ValidationError(_("There is no organisation of this number, or it is not yet confirmed."))
        return found

    def _found(self, pk: int) -> Organisation | None:
        successor = successor_of(Organisation, pk=pk)
        return Organisation.objects.visible_to(self.user).filter(pk=successor.pk if successor else pk).first()


class WorksForFilter(django_filters.Filter):  # type: ignore[misc]
    """Those who work for an organisation today; its page leads here, so no list of thousands is offered."""

    field_class = OrganisationKeyField

    def filter(self, qs: Any, value: Organisation | None) -> Any:
        """Keep the persons whom the page of the organisation lists."""
        return qs.of_organisation(value, timezone.localdate()) if value else qs


class MemberFilter(ListFilter):
    """The directory, by name. What is not shown of a person to the reader does not find them, either."""

    q = PersonFilter()
    expertise = _choice(_("Expertise"), _expertise, method="of_expertise")
    language = _choice(_("Language"), _languages, method="of_language")
    territory = PlaceFilter()
    project = ConsortiumFilter(_("Project of their organisation"))
    organisation = WorksForFilter(label=_("Organisation"))
    role = RoleFilter()

    class Meta:
        model = Member
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask whoever reads names alone for nothing else."""
        super().__init__(*args, **kwargs)
        self.filters["organisation"].extra["user"] = self.request.user
        if not can_see_directory(self.request.user):
            del self.filters["expertise"], self.filters["language"], self.filters["role"]

    def of_expertise(self, rows: Any, name: str, value: str) -> Any:
        """Keep those who know of it."""
        known = Member.objects.filter(expertise__code=value).order_by()
        return rows.filter(pk__in=known.values("pk")).visible_to(self.request.user) if value else rows

    def of_language(self, rows: Any, name: str, value: str) -> Any:
        """Keep those who speak it."""
        return rows.speaking(value).visible_to(self.request.user) if value else rows
