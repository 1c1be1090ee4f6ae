"""The one form that reports a one-day cluster: stages, outcomes, who was there, and the words of the end."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.actions.day import MOST_PERSONS
from clusters.choices import OutcomeKind
from clusters.forms.outcome import ConcludeForm
from clusters.forms.register import OrganisationField
from clusters.forms.rows import RowForm, RowSet, added
from clusters.models import Cluster, Stage
from community.models import Organisation, User
from community.validators import plain_line, plain_text

MOST_OUTCOMES = 12
#: Organisations beyond those that take part.
MOST_GUESTS = 20


class OutcomeRow(RowForm):
    """One outcome of the day."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("Choose the kind")), *OutcomeKind.choices])
    title = forms.CharField(label=_("Outcome"), max_length=200, validators=[plain_line])
    description = forms.CharField(
        label=_("What came of it"),
        required=False,
        max_length=1000,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the half of an outcome that is not there yet."""
        values = super().clean() or self.cleaned_data
        if self.is_blank:
            return values
        if not values.get("kind") and "kind" not in self.errors:
            self.add_error("kind", gettext("Choose what kind of outcome it is."))
        if not values.get("title") and "title" not in self.errors:
            self.add_error("title", gettext("Say in one line what came of it."))
        return values


class GuestRow(RowForm):
    """An organisation that was there without taking part in the cluster."""

    organisation = forms.CharField(label=_("Another organisation"), max_length=200, validators=[plain_line])
    persons = forms.IntegerField(label=_("Persons"), min_value=1, max_value=MOST_PERSONS)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Make the row; `user` is who looks organisations up."""
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_organisation(self) -> Organisation | None:
        """Return the one organisation that is called so.

        Raises:
            ValidationError: there is none, or several fit.
        """
        text = self.cleaned_data["organisation"]
        if not text:
            return None
        found = OrganisationField(user=self.user).look_up(text)
        rows = Organisation.objects.filter(pk__in=found.keys)
        if len(rows) != 1:
            raise ValidationError(gettext("Several organisations fit. Write the whole name."))
        return rows[0]

    def clean(self) -> dict[str, Any]:
        """Ask for the half of a row that is not there yet."""
        values = super().clean() or self.cleaned_data
        if self.is_blank:
            return values
        if not values.get("organisation") and "organisation" not in self.errors:
            self.add_error("organisation", gettext("Write the name of the organisation."))
        if not values.get("persons") and "persons" not in self.errors:
            self.add_error("persons", gettext("How many persons were there? Leave the row empty if none."))
        return values


class DayForm(ConcludeForm):
    """What closes a one-day cluster. The rows of outcomes and guests grow without a script."""

    took_place = forms.TypedMultipleChoiceField(
        label=_("What was held"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    why_not = forms.CharField(
        label=_("Why the rest was not held"),
        required=False,
        max_length=600,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    field_order = ("took_place", "why_not", "has_no_outcome", "lessons", "next_steps", "practitioners_summary")

    def __init__(
        self, data: QueryDict | None = None, *, cluster: Cluster, user: User, typed: QueryDict | None = None
    ) -> None:
        """Start from the plan, from what is posted, or from `typed` with one row more, which is not judged yet."""
        self.cluster: Cluster = cluster
        self.stages: list[Stage] = [stage for stage in cluster.stages.all() if stage.is_open]
        self.organisations = _taking_part(cluster)
        names = ("practitioners_summary", "lessons", "next_steps", "has_no_outcome")
        initial: dict[str, Any] = {name: getattr(cluster, name) for name in names}
        initial["took_place"] = [stage.pk for stage in self.stages]
        if typed is not None:
            initial = {**{name: typed.get(name, "") for name in names}, "took_place": typed.getlist("took_place")}
            initial["why_not"] = typed.get("why_not", "")
        super().__init__(data, initial=initial)
        del self.fields["ended_on"]
        self._offer_stages()
        self._ask_for_persons(typed)
        posted = data if data is not None else typed
        make_guest = partial(GuestRow, user=user)
        judged = data is not None
        self.outcomes = RowSet("outcomes", OutcomeRow, typed=posted, judged=judged, least=1, most=MOST_OUTCOMES)
        self.guests = RowSet("guests", make_guest, typed=posted, judged=judged, least=1, most=MOST_GUESTS)

    def _offer_stages(self) -> None:
        """Offer the open stages as boxes to tick; without one there is nothing to ask."""
        field = self.fields["took_place"]
        if isinstance(field, forms.TypedMultipleChoiceField):
            field.choices = [(stage.pk, stage.title) for stage in self.stages]
        if not self.stages:
            del self.fields["took_place"], self.fields["why_not"]

    def _ask_for_persons(self, typed: QueryDict | None) -> None:
        """Make one field for each organisation that takes part: how many of its persons were there."""
        for organisation in self.organisations:
            name = f"persons_{organisation.pk}"
            self.fields[name] = forms.IntegerField(
                label=organisation.name, required=False, min_value=0, max_value=MOST_PERSONS
            )
            if typed is not None:
                self.initial[name] = typed.get(name, "")

    @property
    def person_fields(self) -> list[forms.BoundField]:
        """The fields that ask how many persons of an organisation were there."""
        return [self[f"persons_{organisation.pk}"] for organisation in self.organisations]

    def is_valid(self) -> bool:
        """Check the rows too, so that everything that is wrong is said at once."""
        rows_are_valid = [self.outcomes.is_valid(), self.guests.is_valid()]
        return super().is_valid() and all(rows_are_valid)

    def clean(self) -> dict[str, Any]:
        """Ask why something was not held, and for an outcome or the words that there is none."""
        values = super().clean()
        ticked = values.get("took_place")
        if ticked is not None and len(ticked) < len(self.stages) and not values.get("why_not", "").strip():
            self.add_error("why_not", gettext("Say why the rest was not held, or tick it."))
        recorded = bool(self.outcomes.filled) or self.cluster.outcomes.exists()
        if not recorded and not values.get("has_no_outcome"):
            self.add_error("has_no_outcome", gettext("Write an outcome above, or tick that there is none."))
        if self.outcomes.filled and values.get("has_no_outcome"):
            self.add_error("has_no_outcome", gettext("An outcome is written above. Take this tick away, or empty it."))
        return values

    def values(self) -> dict[str, Any]:
        """Return what `report_day` takes."""
        present = {row["organisation"]: row["persons"] for row in self.guests.cleaned()}
        for organisation in self.organisations:
            if persons := self.cleaned_data.get(f"persons_{organisation.pk}"):
                present[organisation] = present.get(organisation, 0) + persons
        return {
            "took_place": self.cleaned_data.get("took_place", []),
            "why_not": self.cleaned_data.get("why_not", ""),
            "outcomes": self.outcomes.cleaned(),
            "present": present,
            **self.details(),
        }


def with_one_more(data: QueryDict, name: str) -> QueryDict:
    """Return the posted data with an empty row more in the list `name` ("outcomes" or "guests")."""
    return added(data, name, {"title" if name == "outcomes" else "organisation": ""})[0]


def _taking_part(cluster: Cluster) -> list[Organisation]:
    """Return the organisations that take part, each once, by name."""
    rows = cluster.participations.active().exclude(organisation=None).select_related("organisation")
    found = {row.organisation_id: row.organisation for row in rows if row.organisation is not None}
    return sorted(found.values(), key=lambda organisation: organisation.name_key)
