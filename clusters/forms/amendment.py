"""Forms of amendments: the change itself, the hand-over, the decision, and a word beside a verb."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from clusters.choices import OutcomeKind
from clusters.forms.proposal_fields import Line, Prose
from clusters.models import Cluster
from clusters.rules.amendment_fields import DAYS, TEXTS, current
from community.forms.dates import DayField
from community.lifecycle import Reason, Verb
from community.models import WorkingGroup

MOST_OBJECTIVES = 5
#: What the large form changes; the lead has a form of its own.
CONTENT_FIELDS = ("title", "question", "objectives", "out_of_scope", "expected_outcomes", *DAYS, "working_group")


class ObjectiveFields(NamedTuple):
    """The two lines of an objective in the form."""

    number: int
    text: BoundField
    criterion: BoundField


class OutcomeFields(NamedTuple):
    """The box and the line of a kind of outcome in the form."""

    box: BoundField
    note: BoundField


class WishForm(forms.Form):
    """Base: what is wished, why, and a mark of what the form was made from.

    `fields_of_cluster` are the fields that it may change; `wished` (of a suggestion that is renewed) fills it instead
    of what stands in the cluster.
    """

    fields_of_cluster: tuple[str, ...] = ()
    use_required_attribute = False

    base = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    reason = Prose(
        label=_("Why"),
        limit=1000,
        rows=4,
        help_text=_("The coordinators read it, and once it is accepted everybody: the factsheet names it."),
        error_messages={"required": _("Say why: those who decide read it word for word.")},
    )

    def __init__(
        self,
        data: Any = None,
        *,
        cluster: Cluster,
        wished: Mapping[str, Any] | None = None,
        reason: str = "",
        names: Mapping[int, str] | None = None,
    ) -> None:
        """Fill the form from the cluster and, over it, from what is wished."""
        self.cluster = cluster
        self.names = names or {}
        self.now = {name: current(cluster, name) for name in self.fields_of_cluster}
        stored = {**self.now, **(wished or {})}
        super().__init__(data, initial={"base": self.mark, "reason": reason, **self.initial_of(stored)})
        self.prepare()

    @property
    def mark(self) -> str:
        """A hash of what the fields say in the cluster now."""
        return hashlib.sha256(json.dumps(self.now, sort_keys=True).encode()).hexdigest()

    @property
    def is_outdated(self) -> bool:
        """Whether the cluster was changed after the form was shown."""
        return bool(self.data.get("base", self.mark) != self.mark)

    def shown_anew(self) -> None:
        """Take what stands in the cluster now for read: the page shows both."""
        self.data = {**self.data.dict(), "base": self.mark}  # type: ignore[attr-defined]

    def initial_of(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the form's initial values from JSON values."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Fill choices."""

    def wished(self) -> dict[str, Any]:
        """Return what is wished, in JSON values; after `is_valid`."""
        raise NotImplementedError


class AmendmentForm(WishForm):
    """Title, question, objectives, out of scope, expected outcomes, dates, working group."""

    fields_of_cluster = CONTENT_FIELDS

    title = Line(label=_("Title"), limit=100)
    question = Line(label=_("Question"), limit=200, rows=2)
    out_of_scope = Prose(label=_("Out of scope"), limit=300, required=False)
    starts_on = DayField(label=_("First start"))
    ends_on = DayField(label=_("Last end"), help_text=_("When it is accepted, the roadmap becomes the next baseline."))
    working_group = forms.ModelChoiceField(
        label=_("Responsible working group"), queryset=WorkingGroup.objects.none(), empty_label=None
    )

    field_order = ("base", "title", "question")

    def prepare(self) -> None:
        """Offer the working groups."""
        self.fields["working_group"].queryset = WorkingGroup.objects.order_by("code")  # type: ignore[attr-defined]

    def initial_of(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return texts, days and the lists line by line."""
        found = {name: values[name] for name in (*TEXTS, "working_group")}
        found |= {name: DayField(required=False).clean(values[name]) for name in DAYS}
        for number, (_pk, text, criterion) in enumerate(values["objectives"], 1):
            found |= {f"objective_{number}": text, f"criterion_{number}": criterion}
        for kind, note in values["expected_outcomes"]:
            found |= {f"kind_{kind}": True, f"note_{kind}": note}
        return found

    @property
    def objectives(self) -> Iterator[ObjectiveFields]:
        """The lines of the objectives, five at most."""
        for number in range(1, MOST_OBJECTIVES + 1):
            yield ObjectiveFields(number, self[f"objective_{number}"], self[f"criterion_{number}"])

    @property
    def outcomes(self) -> Iterator[OutcomeFields]:
        """The kinds of outcome with their lines."""
        for kind in OutcomeKind:
            yield OutcomeFields(self[f"kind_{kind}"], self[f"note_{kind}"])

    def clean(self) -> dict[str, Any]:
        """Refuse a criterion without an objective."""
        given: dict[str, Any] = super().clean() or {}
        for number in range(1, MOST_OBJECTIVES + 1):
            if given.get(f"criterion_{number}") and not given.get(f"objective_{number}"):
                self.add_error(f"objective_{number}", _("Write what the objective is, or empty both lines."))
        return given

    def wished(self) -> dict[str, Any]:
        """Return every field; the action leaves out what equals the cluster."""
        given = self.cleaned_data
        keys = [pk for pk, _text, _criterion in self.now["objectives"]]
        keys += [None] * (MOST_OBJECTIVES - len(keys))
        objectives = [
            [keys[number - 1], given[f"objective_{number}"], given[f"criterion_{number}"]]
            for number in range(1, MOST_OBJECTIVES + 1)
            if given[f"objective_{number}"]
        ]
        return {
            **{name: given[name] for name in TEXTS},
            **{name: given[name].isoformat() for name in DAYS},
            "objectives": objectives,
            "expected_outcomes": sorted(
                [str(kind), given[f"note_{kind}"]] for kind in OutcomeKind if given[f"kind_{kind}"]
            ),
            "working_group": given["working_group"].pk,
        }


for _number in range(1, MOST_OBJECTIVES + 1):
    AmendmentForm.base_fields[f"objective_{_number}"] = Line(label=_("Objective"), limit=300, required=False)
    AmendmentForm.base_fields[f"criterion_{_number}"] = Line(label=_("Reached when"), limit=300, required=False)
for _kind in OutcomeKind:
    AmendmentForm.base_fields[f"kind_{_kind}"] = forms.BooleanField(label=_kind.label, required=False)
    AmendmentForm.base_fields[f"note_{_kind}"] = Line(label=_("What exactly"), limit=200, required=False)


class HandOverForm(WishForm):
    """Who takes over the lead: one of those who take part, for the organisation for which they do."""

    fields_of_cluster = ("lead",)

    new_lead = forms.ChoiceField(
        label=_("Who takes over"),
        widget=forms.RadioSelect,
        help_text=_("Somebody who takes part for a lead or project partner. Invite the person first if need be."),
        error_messages={
            "required": _("Choose who takes over the lead."),
            "invalid_choice": _("Choose somebody from the list."),
        },
    )
    field_order = ("base", "new_lead", "reason")

    def prepare(self) -> None:
        """Offer who takes part, but for the present lead and external partners."""
        rows = self.cluster.participations.active().filter(is_external=False, organisation__isnull=False)
        if self.cluster.has_lead:
            rows = rows.exclude(member=self.cluster.lead_id)
        self.fields["new_lead"].choices = [  # type: ignore[attr-defined]
            (f"{row.member_id}-{row.organisation_id}", self._label(row))
            for row in rows.select_related("organisation").order_by("pk")
        ]

    def _label(self, row: Any) -> str:
        name = self.names.get(row.member_id) or row.get_role_display()
        return f"{name}, {row.organisation.name}"

    def initial_of(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the person that a renewed hand-over names."""
        return {"new_lead": "{}-{}".format(*values["lead"])}

    def wished(self) -> dict[str, Any]:
        """Return person and organisation."""
        return {"lead": [int(part) for part in self.cleaned_data["new_lead"].split("-")]}


class DecisionForm(forms.Form):
    """Which fields are accepted, and why the others are not."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    accepted = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    reason = Prose(
        label=_("Why the rest is refused"),
        limit=600,
        rows=3,
        required=False,
        help_text=_("Needed as soon as something is refused. Who suggested it reads it word for word."),
    )

    def __init__(self, *args: Any, fields: Iterable[str], **kwargs: Any) -> None:
        """Take these names of fields as choices."""
        super().__init__(*args, **kwargs)
        self.fields["accepted"].choices = [(name, name) for name in fields]  # type: ignore[attr-defined]

    def shown_anew(self, seen: str) -> None:
        """Take the amendment as it stands now for read: the page shows it."""
        self.data = {**self.data.dict(), "seen": seen}  # type: ignore[attr-defined]


class CommentForm(forms.Form):
    """A comment on an amendment."""

    text = Prose(
        label=_("Comment"),
        limit=1000,
        rows=3,
        help_text=_("Read by those concerned with this amendment, not by the group."),
        error_messages={"required": _("Write your comment first.")},
    )


class AmendmentVerbForm(forms.Form):
    """The word that a verb asks for."""

    reason = Prose(label=_("Reason"), limit=600, rows=3, error_messages={"required": _("Say why.")})

    def __init__(self, *args: Any, verb: Verb, **kwargs: Any) -> None:
        """Ask for a reason as the verb's row says."""
        super().__init__(*args, **kwargs)
        if verb.reason is Reason.NONE:
            del self.fields["reason"]
        else:
            self.fields["reason"].required = verb.reason is Reason.REQUIRED
