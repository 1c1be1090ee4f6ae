"""The form of an uptake: who takes which solution up where, how far that has come, and what was changed for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast

from django import forms
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.forms.proposal_fields import Line, Prose
from clusters.forms.solution import OneSolutionField, full_name
from clusters.models import Cluster
from community.actions.organisation import near_duplicates
from community.forms.dates import DayField
from community.forms.lines import web_address
from community.forms.merging import MergingForm, Picked, offer
from community.models import Organisation, Territory, User
from results.actions.uptake import EDITED, FIELDS
from results.choices import BEFORE_COMMITTED, FROM_COMMITTED_ON, LADDER, UptakeKind, UptakeStep
from results.models import Uptake
from results.rules.uptake import day_problem, kind_problem, reached

#: The list of names from which the browser suggests.
NAMES = "names-organisation"
#: The answer to "do you mean one of these?" that none of them is meant.
NEW = "new"
STEP_HINTS: Mapping[str, str | Promise] = {
    UptakeStep.AWARE: _("The organisation knows of it."),
    UptakeStep.INTERESTED: _("It looks into what it would take."),
    UptakeStep.MENTORING: _("Somebody who knows the solution helps it."),
    UptakeStep.COMMITTED: _("It has decided to use it. There is something that shows this."),
    UptakeStep.IN_USE: _("It works with it. Figures and factsheets count only these."),
}
KIND_HINTS: Mapping[str, str | Promise] = {
    UptakeKind.AS_IS: _("Nothing was changed."),
    UptakeKind.ADAPTED: _("Something was changed for the place or the people: say what, and why."),
    UptakeKind.SCALED_UP: _("For a larger area, more people or a higher level than where it was tested."),
    UptakeKind.IN_POLICY: _("It stands in a plan, a strategy or a rule."),
}
_HINTED = (("state", STEP_HINTS), ("kind", KIND_HINTS))


class UptakeForm(MergingForm):
    """An uptake, new or as it stands. Steps and disclosure of one that is there have buttons of their own."""

    solution = OneSolutionField(
        label=_("Solution"),
        help_text=_("Its title, or the number in its address. Those of this cluster are suggested first."),
        error_messages={"required": _("Choose the solution that is taken up.")},
    )
    organisation = Line(
        label=_("Adopting organisation"),
        limit=200,
        help_text=_("Who takes it up, by its full name. One that the registry does not know yet is added."),
        error_messages={"required": _("Name the organisation that takes it up.")},
    )
    meant = forms.ChoiceField(label=_("Do you mean one of these?"), required=False, widget=forms.RadioSelect)
    territory = forms.TypedChoiceField(label=_("Territory"), required=False, empty_value=None)
    state = forms.ChoiceField(
        label=_("How far it has come"),
        choices=[(step.value, step.label) for step in LADDER],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how far it has come.")},
    )
    kind = forms.ChoiceField(
        label=_("How it is taken up"),
        required=False,
        choices=UptakeKind.choices,
        widget=forms.RadioSelect,
        help_text=_("From “committed” on."),
    )
    adaptation = Prose(
        label=_("What was adapted, and why"),
        limit=1000,
        required=False,
        help_text=_("What the next taker can learn from. “Adapted” asks for it."),
    )
    tailoring = Prose(
        label=_("What the territory's context needs"),
        limit=1000,
        required=False,
        help_text=_("Law, language, data, people, money: what has to fit before it works there."),
    )
    in_use_on = DayField(label=_("In use since"), required=False)
    evidence_url = web_address(
        _("Address of the evidence"),
        help_text=_("A page on which one sees it. Files are added on the uptake's own page; one of both is asked for."),
    )
    outcome = forms.TypedChoiceField(label=_("Outcome it came with"), required=False, empty_value=None)
    is_disclosed = forms.BooleanField(
        label=_("Everybody may read it"),
        required=False,
        help_text=_("Else only those who work on the cluster and its coordinators do, and no factsheet shows it."),
    )

    def __init__(
        self, *args: Any, cluster: Cluster, user: User, on: date, uptake: Uptake | None = None, **kwargs: Any
    ) -> None:
        """Make the form for `uptake`, or for a new one; `on` is the day that counts as today."""
        self.user, self.on, self.uptake = user, on, uptake
        kwargs.setdefault("initial", initial_of(uptake) if uptake else {"seen_version": 0, "is_disclosed": True})
        super().__init__(*args, ident=f"uptake_{uptake.pk if uptake else 'new'}", **kwargs)
        self._offer(cluster)
        self._suggest()
        if uptake is not None:
            del self.fields["state"], self.fields["is_disclosed"]
            if uptake.state in BEFORE_COMMITTED:
                del self.fields["kind"]
            if uptake.state not in (UptakeStep.IN_USE, UptakeStep.STOPPED):
                del self.fields["in_use_on"]
        for name, hints in _HINTED:
            if name in self.fields:
                self.fields[name].option_hints = hints  # type: ignore[attr-defined]
        self.near = self._alike()
        self._ask_whom()

    def _offer(self, cluster: Cluster) -> None:
        """Suggest the cluster's solutions first, offer territories by country, and the cluster's outcomes."""
        own = list(cluster.solutions.visible_to(self.user).select_related("project"))
        there = [self.uptake.solution] if self.uptake else []
        cast("OneSolutionField", self.fields["solution"]).offer(self.user, first=own, kept=[*own, *there])
        places = list(Territory.objects.selectable())
        if self.uptake and self.uptake.territory and self.uptake.territory not in places:
            places.append(self.uptake.territory)
        self._grouped("territory", _by_country(places), gettext("No territory"))
        outcomes = {str(row.pk): row for row in cluster.outcomes.all()}
        offer(self, "outcome", outcomes, [("", gettext("None")), *((key, str(row)) for key, row in outcomes.items())])
        if not outcomes:
            del self.fields["outcome"]

    def _suggest(self) -> None:
        """Let the browser suggest names while one is typed, from the list that the page of clusters asks as well."""
        self.fields["organisation"].widget.attrs |= {
            "list": NAMES,
            "autocomplete": "off",
            "data-hx-get": reverse("clusters:names", args=["organisation"]),
            "data-hx-trigger": "input changed delay:250ms",
            "data-hx-target": f"#{NAMES}",
            "data-hx-params": "organisation",
        }

    def _grouped(self, name: str, groups: Iterable[tuple[str, list[Any]]], nothing: str) -> None:
        """Offer rows in groups."""
        field = cast("forms.TypedChoiceField", self.fields[name])
        kept = [(label, rows) for label, rows in groups if rows]
        field.choices = [("", nothing), *((label, [(str(r.pk), str(r)) for r in rows]) for label, rows in kept)]
        field.coerce = Picked({str(row.pk): row for _label, rows in kept for row in rows})

    def _alike(self) -> list[Organisation]:
        """Return the organisations that may be meant, when the name that was typed is none that is known."""
        name = str(self.data.get(self.add_prefix("organisation"), "")).strip() if self.is_bound else ""
        if not name or len(name) > 200 or "\x00" in name or Organisation.objects.named(name).exists():
            return []
        return near_duplicates(name)

    def _ask_whom(self) -> None:
        """Ask which organisation is meant, where some are like it."""
        if not self.near:
            del self.fields["meant"]
            return
        field = cast("forms.ChoiceField", self.fields["meant"])
        field.choices = [(str(row.pk), row.name) for row in self.near]
        field.choices = [*field.choices, (NEW, gettext("None of them: it is another one"))]

    def clean(self) -> dict[str, Any]:
        """Hold kind, day and adaptation against the step, and ask which organisation is meant."""
        cleaned = super().clean() or self.cleaned_data
        if self.near and not cleaned.get("meant") and "organisation" not in self.errors:
            self.add_error("meant", gettext("The registry knows organisations with a like name. Say which one it is."))
        step = self.uptake.state if self.uptake else cleaned.get("state", "")
        if step in BEFORE_COMMITTED:
            cleaned.update(kind="", in_use_on=None)
        elif step in (UptakeStep.COMMITTED, UptakeStep.IN_USE):
            self._check_committed(cleaned, step)
        elif self.uptake:
            self._check_stopped(cleaned, reached(self.uptake))
        return cleaned

    def _check_stopped(self, cleaned: dict[str, Any], step: str) -> None:
        """Ask a stopped one for what belonged to the step on which it stopped: it may be taken up again."""
        kind, said = cleaned.get("kind", ""), cleaned.get("adaptation", "")
        if (kind or step in FROM_COMMITTED_ON) and (problem := kind_problem(kind, said)):
            self.add_error("adaptation" if kind else "kind", problem)
        if step == UptakeStep.IN_USE and not cleaned.get("in_use_on") and "in_use_on" not in self.errors:
            self.add_error("in_use_on", gettext("Say since when it is in use."))

    def _check_committed(self, cleaned: dict[str, Any], step: str) -> None:
        """Ask for what belongs to a step from `committed` on."""
        if problem := kind_problem(cleaned.get("kind", ""), cleaned.get("adaptation", "")):
            self.add_error("adaptation" if cleaned.get("kind") else "kind", problem)
        if step == UptakeStep.COMMITTED:
            cleaned["in_use_on"] = None
        elif cleaned.get("in_use_on") is None and "in_use_on" not in self.errors:
            self.add_error("in_use_on", gettext("Say since when it is in use."))
        elif cleaned.get("in_use_on") and (problem := day_problem(cleaned["in_use_on"], self.on)):
            self.add_error("in_use_on", problem)
        if not self.uptake and not cleaned.get("evidence_url") and "evidence_url" not in self.errors:
            words = gettext("Give the address of what shows it. A file can be added on the page of a lower step.")
            self.add_error("evidence_url", words)

    def values(self) -> dict[str, Any]:
        """Return the fields as the actions take them; an organisation that is not known yet by its name."""
        known = FIELDS if self.uptake is None else EDITED
        given = {name: self.cleaned_data[name] for name in known if name in self.fields}
        if self.uptake is None:
            given |= {"in_use_on": self.cleaned_data.get("in_use_on"), "kind": self.cleaned_data.get("kind", "")}
        meant = self.cleaned_data.get("meant", "")
        if meant and meant != NEW:
            given["organisation"] = next(row for row in self.near if str(row.pk) == meant)
        return given


def initial_of(uptake: Uptake) -> dict[str, Any]:
    """Return what the form starts from: the fields as saved, and the version."""
    values = {name: getattr(uptake, name) for name in EDITED}
    values["solution"] = full_name(uptake.solution)
    values["organisation"] = uptake.organisation.name
    values["territory"] = str(uptake.territory_id or "")
    values["outcome"] = str(uptake.outcome_id or "")
    return {**values, "seen_version": uptake.version}


def _by_country(rows: list[Territory]) -> list[tuple[str, list[Territory]]]:
    """Return territories in groups by country, those of none last."""
    names = {row.country: row.name for row in rows if row.level == "country"}
    found: dict[str, list[Territory]] = {}
    for row in rows:
        found.setdefault(row.country, []).append(row)
    order = sorted(found, key=lambda code: (not code, names.get(code, code)))
    return [(names.get(code, code) or gettext("Sites and seas"), found[code]) for code in order]
