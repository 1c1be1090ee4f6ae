"""Step 4: which working group decides, who leads, who takes part, who may join."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from clusters.actions.proposal_values import PersonLine, named_people
from clusters.choices import JoinPolicy, State
from clusters.forms.places import SizeLimitField
from clusters.forms.proposal_choices import (
    Choices,
    close_organisations,
    country_choices,
    found_members,
    group_choices,
    known_members,
    known_organisations,
    organisations_of,
)
from clusters.forms.proposal_fields import (
    NOT_IN_LIST,
    StepForm,
    choice_field,
    part,
    search_field,
    section,
    several_field,
    words_of,
)
from clusters.forms.rows import RowForm, raw_rows
from clusters.permissions import eligible_to_lead
from community.countries import COUNTRIES
from community.folding import fold_key
from community.models import Member, Organisation, WorkingGroup
from community.permissions import Verdict
from community.validators import is_key, plain_line

MOST_PEOPLE, LEAST_NAME = 60, 2
#: For which organisation each member (by key of the row) is named already.
Stored = Mapping[int | None, Organisation | None]

NOT_IN_DIRECTORY = _("Choose a member from the directory. Somebody who is not in it is invited by the lead later.")
NO_ORGANISATION = _("no organisation")


class PersonForm(RowForm):
    """One who is named to take part: a member, an organisation without a person, or one that is new."""

    passive = ("organisation", "new_country")

    member = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)
    organisation = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    new_name = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput, validators=[plain_line])
    new_country = forms.CharField(required=False, max_length=2, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        members: dict[str, Member],
        organisations: dict[int, Organisation],
        stored: Stored,
        **kwargs: Any,
    ) -> None:
        """Show a member with a choice of where they work; everybody else with a name only.

        `stored` holds for which organisation each member is named already: it stays choosable after they left it.
        """
        super().__init__(*args, **kwargs)
        self.row_member = members.get(self._raw("member"))
        key = self._raw("organisation")
        self.row_organisation = organisations.get(int(key)) if is_key(key) else None
        if self.row_member is not None:
            self.fields["organisation"] = _organisation_field(self.row_member, stored.get(self.row_member.pk))

    def _raw(self, name: str) -> str:
        """Return what a field holds, without making its bound field: the field may still be replaced."""
        found = self.data.get(self.add_prefix(name)) if self.is_bound else self.initial.get(name)
        return str(found or "")

    @property
    def is_blank(self) -> bool:
        """Whether the row names nobody."""
        return not any(str(self[name].value() or "").strip() for name in ("member", "organisation", "new_name"))

    @property
    def shown_name(self) -> str:
        """The person's or organisation's name."""
        if self.row_member is not None:
            return self.row_member.name
        if self.row_organisation is not None:
            return self.row_organisation.name
        return str(self["new_name"].value() or "")

    def clean(self) -> dict[str, Any]:
        """Refuse a person or an organisation that this writer may not name."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("member") and self.row_member is None:
            self.add_error(None, NOT_IN_DIRECTORY)
        elif not given.get("member") and given.get("organisation") and self.row_organisation is None:
            self.add_error(None, NOT_IN_LIST)
        return given

    def as_line(self) -> PersonLine:
        """Return the row for `save_step`; after `is_valid`."""
        given = self.cleaned_data
        country = given["new_country"].upper()
        places = organisations_of(self.row_member) if self.row_member else []
        key = given["organisation"] or (places[0].pk if places else "")
        return PersonLine(
            member_id=self.row_member.pk if self.row_member else None,
            organisation_id=int(key) if key else None,
            new_name="" if self.row_member or key else given["new_name"].strip(),
            new_country=country if country in COUNTRIES else "",
        )


def _organisation_field(member: Member, kept: Organisation | None) -> forms.ChoiceField:
    """Return the choice of where a member works, and of what is stored."""
    choices: Choices = [(str(row.pk), row.name) for row in organisations_of(member)]
    if kept is not None and str(kept.pk) not in dict(choices):
        choices.append((str(kept.pk), kept.name))
    return forms.ChoiceField(
        label=_("For"),
        choices=choices or [("", NO_ORGANISATION)],
        initial=choices[0][0] if choices else "",
        error_messages={"invalid_choice": NOT_IN_LIST},
    )


class PeopleForm(StepForm):
    """Responsible and further groups, lead with organisation, participants, join policy, size limit."""

    writes = (
        "working_group",
        "further_working_groups",
        "lead",
        "lead_organisation",
        "people",
        "join_policy",
        "size_limit",
    )

    holds = {
        "working_group": ("working_group", "further_working_groups"),
        **dict.fromkeys(("lead", "find_lead", "lead_organisation"), ("lead", "lead_organisation")),
    }

    working_group = choice_field(_("Working group that decides"), [])
    further_working_groups = several_field(
        _("Further working groups"), help_text=_("They are told and may comment. The one above decides.")
    )
    lead = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)
    find_lead = search_field(_("Find the lead by name or organisation"))
    lead_organisation = choice_field(_("Leads for"), [], widget=forms.Select)
    find_people = search_field(
        _("Find a member or an organisation"), _("Members who agreed to stand in the directory, and all organisations.")
    )
    new_country = forms.CharField(label=_("Country"), required=False, max_length=2)
    join_policy = choice_field(_("Joining"), JoinPolicy.choices)
    size_limit = SizeLimitField()

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that are written: a submitted proposal keeps its working group."""
        return self.writes[1:] if self.cluster.state == State.SUBMITTED else self.writes

    def stored(self) -> dict[str, Any]:
        """Return the initial values from the cluster."""
        cluster = self.cluster
        return {
            "working_group": cluster.working_group_id,
            "further_working_groups": [row.pk for row in cluster.further_working_groups.all()],
            "lead": cluster.lead.key if cluster.lead else "",
            "lead_organisation": cluster.lead_organisation_id,
            "join_policy": cluster.join_policy,
            "size_limit": cluster.size_limit,
        }

    def prepare(self) -> None:
        """Look up everybody who is named, in as many queries for one as for many, and fill the choices."""
        rows = list(named_people(self.cluster).select_related("member", "organisation"))
        people = [
            {"member": row.member.key if row.member else "", "organisation": row.organisation_id or ""} for row in rows
        ]
        typed = raw_rows(self.typed, "people") if self.typed is not None else people
        self.members = self._members([str(row.get("member", "")) for row in typed], [row.member_id for row in rows])
        organisations = self._organisations(
            [str(row.get("organisation", "")) for row in typed], [row.organisation for row in rows]
        )
        kept = {row.member_id: row.organisation for row in rows}
        make = partial(PersonForm, members=self.members, organisations=organisations, stored=kept)
        self.people = self.rows("people", make, people, most=MOST_PEOPLE)
        self._fill_groups()
        self._fill_lead()

    def _members(self, keys: Sequence[str], named: Sequence[int | None]) -> dict[str, Member]:
        wanted = {*keys, str(self.current("lead") or "")} - {""}
        here = [pk for pk in (*named, self.cluster.lead_id, self.cluster.proposer_id) if pk]
        return known_members(self.user, wanted, here)

    def _organisations(self, keys: Sequence[str], present: Sequence[Organisation | None]) -> dict[int, Organisation]:
        """Return the organisations of these keys: those on the list already cost no query."""
        known = {row.pk: row for row in present if row is not None}
        for member in self.members.values():
            known |= {row.pk: row for row in organisations_of(member)}
        lacking = {int(key) for key in keys if is_key(key)} - set(known)
        return known | known_organisations(self.user, lacking)

    def _fill_groups(self) -> None:
        chosen = [pk for pk in (self.cluster.working_group_id, *self.initial.get("further_working_groups", ())) if pk]
        groups = group_choices([int(pk) for pk in chosen if is_key(pk)])
        self.fields["working_group"].choices = groups  # type: ignore[attr-defined]
        # What is typed may name the group that was just chosen as responsible: `values` drops it.
        present = str(self.cluster.working_group_id) if self.typed is None else ""
        further = [choice for choice in groups if str(choice[0]) != present]
        self.fields["further_working_groups"].choices = further  # type: ignore[attr-defined]
        if self.cluster.state == State.SUBMITTED:
            field = self.fields["working_group"]
            field.disabled = True
            field.help_text = _("A coordinator moves the proposal to another group while it is decided on.")

    def _fill_lead(self) -> None:
        """Offer the organisations of the lead; one that is the only one is chosen by itself."""
        self.lead_row = self.members.get(str(self.current("lead") or ""))
        places = organisations_of(self.lead_row) if self.lead_row else []
        kept = self.cluster.lead_organisation
        if kept is not None and self.lead_row is not None and self.lead_row.pk == self.cluster.lead_id:
            places = [*places, *([] if kept in places else [kept])]
        self.lead_places = {str(row.pk): row for row in places}
        choices = [(key, row.name) for key, row in self.lead_places.items()]
        self.fields["lead_organisation"].choices = (  # type: ignore[attr-defined]
            choices if len(choices) == 1 else [("", _("not chosen")), *choices]
        )

    @property
    def lead_place(self) -> Organisation | None:
        """The organisation that is chosen to lead now."""
        only = next(iter(self.lead_places.values())) if len(self.lead_places) == 1 else None
        return self.lead_places.get(str(self.current("lead_organisation") or "")) or only

    @cached_property
    def lead_verdict(self) -> Verdict | None:
        """Whether the named lead may lead for that organisation, and why not; None while nobody is named."""
        if self.lead_row is None or self.lead_place is None:
            return None
        return eligible_to_lead(self.lead_row, self.lead_place, timezone.localdate())

    @property
    def own_key(self) -> str:
        """The key of the person who writes, for "I lead it myself"."""
        return self.user.member.key if self.user.member else ""

    @property
    def is_own_lead(self) -> bool:
        """Whether the person who writes is the named lead."""
        return self.lead_row is not None and self.lead_row.user_id == self.user.pk

    @cached_property
    def found_leads(self) -> list[Member]:
        """Members whom the query for the lead finds."""
        return found_members(self.user, str(self.current("find_lead") or ""))

    @cached_property
    def found_people(self) -> list[Member]:
        """Members whom the query for participants finds and who are not on the list."""
        here = {form.row_member.pk for form in self.people if form.row_member}
        found = found_members(self.user, str(self.current("find_people") or ""))
        return [member for member in found if member.pk not in here and member != self.lead_row]

    @cached_property
    def found_organisations(self) -> list[Organisation]:
        """Organisations named like what is looked for."""
        return close_organisations(self.user, str(self.current("find_people") or ""))

    @property
    def new_organisation(self) -> str:
        """The name under which an organisation may be added as new; "" when one of that very name is there."""
        name = str(self.current("find_people") or "").strip()
        same = {fold_key(row.name) for row in self.found_organisations}
        return "" if len(name) < LEAST_NAME or fold_key(name) in same else name

    @cached_property
    def countries(self) -> Choices:
        """The countries to choose from for an organisation that is new."""
        return country_choices()

    def clean(self) -> dict[str, Any]:
        """Ask for no organisation where nobody is named to lead."""
        given: dict[str, Any] = super().clean() or {}
        if self.lead_row is None:
            self.errors.pop("lead_organisation", None)
        return given

    def clean_lead(self) -> Member | None:
        """Return the member of that key; one whom this writer may not name is refused at the search box."""
        if self.cleaned_data["lead"] and self.lead_row is None:
            self.add_error("find_lead", NOT_IN_DIRECTORY)
        return self.lead_row

    def values(self) -> dict[str, Any]:
        """Return what `save_step` takes; after `is_valid`."""
        given = self.cleaned_data
        groups = WorkingGroup.objects.in_bulk(
            [int(key) for key in (given["working_group"], *given["further_working_groups"]) if key]
        )
        group = groups.get(int(given["working_group"] or 0))
        further = [groups[int(key)] for key in given["further_working_groups"]]
        found: dict[str, Any] = {
            "working_group": group,
            "further_working_groups": [row for row in further if row != group],
            "lead": given["lead"],
            "lead_organisation": self.lead_place,
            "people": [form.as_line() for form in self.people.filled if form.is_valid() and not self._is_lead(form)],
            "join_policy": given["join_policy"] or self.cluster.join_policy,
            "size_limit": given["size_limit"],
        }
        return {name: found[name] for name in self.names}

    def _is_lead(self, row: PersonForm) -> bool:
        """Tell whether a row names the lead, who takes part anyway."""
        return row.row_member is not None and row.row_member == self.lead_row

    def shown(self) -> list[tuple[str, str]]:
        """Add who leads, who stands in a hidden field; leave out what is only for a new row."""
        rows = [(label, words) for label, words in super().shown() if label != str(self.fields["new_country"].label)]
        return [*rows, (str(_("Lead")), self.lead_row.name if self.lead_row else "")]

    def row_words(self, row: PersonForm) -> str:
        """Return one who is named, with the organisation."""
        place = words_of(row["organisation"]) if row.row_member else ""
        return " · ".join(filter(None, (row.shown_name, place)))

    def layout(self) -> Layout:
        """Return the group, the lead, the others, and who may join."""
        return Layout(
            "working_group",
            "further_working_groups",
            section(_("Lead"), part("_lead.html"), ident="lead"),
            section(_("Who takes part"), part("_people.html"), ident="people"),
            section(_("Who may join later"), Div("join_policy", "size_limit")),
        )
