"""Forms of policy statements: its head, a line, evidence to choose, a verb, a comment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from clusters.forms.proposal_choices import language_choices
from clusters.forms.proposal_fields import Prose
from community.forms.dates import DayField
from community.forms.lines import short_line
from community.forms.merging import MergingForm, Picked
from community.lifecycle import Reason, Verb
from community.models import WorkingGroup
from results.choices import EvidenceKind
from results.models import LineEvidence, PolicyStatement, StatementLine


class StatementForm(MergingForm):
    """Title, for whom, summary, language; the working group when it is begun."""

    working_group = forms.TypedChoiceField(label=_("Working group"), coerce=int)
    title = short_line(_("Title"), 150, required=True, error_messages={"required": _("Give the statement a title.")})
    audience = short_line(
        _("For whom"),
        200,
        help_text=_("Who is to act on it: a ministry, regional planners, a programme."),
    )
    summary = Prose(
        label=_("What it says, in short"),
        limit=1500,
        rows=6,
        required=False,
        help_text=_("A reader who reads nothing else knows it from here."),
    )
    language = forms.ChoiceField(label=_("Language"))

    def __init__(
        self,
        *args: Any,
        groups: list[WorkingGroup] | None = None,
        statement: PolicyStatement | None = None,
        **kwargs: Any,
    ) -> None:
        """Offer `groups` where one is begun; start from what `statement` says where one is changed."""
        if statement is not None:
            names = ("title", "audience", "summary", "language")
            kwargs["initial"] = {name: getattr(statement, name) for name in names} | {"seen_version": statement.version}
        super().__init__(*args, ident="statement", **kwargs)
        language = statement.language if statement else "en"
        self.fields["language"].choices = language_choices(language)  # type: ignore[attr-defined]
        self.fields["language"].initial = self.fields["language"].initial or language
        if groups is None:
            del self.fields["working_group"]
        else:
            self.fields["working_group"].choices = [(row.pk, f"{row.code} {row.title}") for row in groups]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """Return what the action writes."""
        return {name: self.cleaned_data[name] for name in ("title", "audience", "summary", "language")}


class LineForm(MergingForm):
    """One line."""

    heading = short_line(_("Heading"), 120)
    text = Prose(
        label=_("What the line says"),
        limit=600,
        rows=5,
        help_text=_("One thing that a policy maker can act on. What it rests on is put under it afterwards."),
        error_messages={"required": _("Write what the line says.")},
    )

    def __init__(
        self, *args: Any, statement: PolicyStatement, line: StatementLine | None = None, **kwargs: Any
    ) -> None:
        """Start from what `line` says."""
        words = {"heading": line.heading, "text": line.text} if line else {}
        kwargs["initial"] = {**words, "seen_version": statement.version}
        super().__init__(*args, ident="line", **kwargs)


#: So many letters of a line stand where one is chosen.
WORDS: Final = 100
#: What the list of evidence shows: both kinds, or one of them, which pages.
SHOWN_KINDS = [
    ("", _("Uptakes and outcomes")),
    (EvidenceKind.UPTAKE.value, _("Uptakes")),
    (EvidenceKind.OUTCOME.value, _("Outcomes")),
]


class FindForm(forms.Form):
    """Which outcomes and uptakes are offered: words, one kind or both, and whether of all working groups."""

    q = forms.CharField(label=_("Words"), required=False, max_length=100)
    kind = forms.ChoiceField(label=_("Show"), required=False, choices=SHOWN_KINDS)
    everywhere = forms.BooleanField(label=_("Of all working groups"), required=False)


#: Said where a press came without what it was about.
CHOOSE = {
    name: _("Press the button beside an outcome or an uptake.")
    for name in ("required", "invalid", "invalid_choice", "min_value", "max_value")
}


class EvidenceForm(forms.Form):
    """What is put under a line, and what it shows there."""

    kind = forms.ChoiceField(label=_("Outcome or uptake"), choices=EvidenceKind.choices, error_messages=CHOOSE)
    subject_id = forms.IntegerField(label=_("Which one"), min_value=1, max_value=2**62, error_messages=CHOOSE)
    shows = short_line(_("What it shows here"), 300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name the boxes as the list does, so that an error leads to the one that was typed in."""
        super().__init__(*args, **kwargs)
        self.auto_id = f"%s-{self.name}"

    @property
    def name(self) -> str:
        """Which row of the list was pressed, as `results.tables.policy.Piece.name` tells it."""
        return f"{self['kind'].value()}-{self['subject_id'].value()}" if self.is_bound else ""


class PlaceForm(forms.Form):
    """Under which line of a statement that is being written something is put, and what it shows there."""

    line = forms.TypedChoiceField(
        label=_("Line"),
        empty_value=None,
        error_messages={
            "required": _("Choose the line that rests on it."),
            "invalid_choice": _("This line is not there any more. Choose another one."),
        },
    )
    shows = short_line(
        _("What it shows here"),
        300,
        help_text=_("What of it bears this line, for who does not read on. It may be left empty."),
    )

    def __init__(
        self, *args: Any, groups: Iterable[tuple[str, list[tuple[int, StatementLine]]]], **kwargs: Any
    ) -> None:
        """Offer the numbered lines of each statement under its name."""
        super().__init__(*args, **kwargs)
        found = [(name, lines) for name, lines in groups if lines]
        field = self.fields["line"]
        field.choices = [  # type: ignore[attr-defined]
            ("", _("Choose a line")),
            *(
                (name, [(str(line.pk), f"{number}. {Truncator(line.text).chars(WORDS)}") for number, line in lines])
                for name, lines in found
            ),
        ]
        field.coerce = Picked({str(line.pk): line for _name, lines in found for _number, line in lines})  # type: ignore[attr-defined]


class ShowsForm(MergingForm):
    """What a piece of evidence shows under its line."""

    opens_in_page = False
    shows = short_line(
        _("What it shows here"),
        300,
        help_text=_("What of it bears this line, for who does not read on. It may be left empty."),
    )

    def __init__(
        self, *args: Any, statement: PolicyStatement, line: StatementLine, piece: LineEvidence, **kwargs: Any
    ) -> None:
        """Start from what `piece` shows under `line`."""
        kwargs["initial"] = {"shows": piece.shows, "seen_version": statement.version}
        super().__init__(*args, ident="piece", **kwargs)


class StatementVerbForm(forms.Form):
    """What a verb asks: the text that was shown, a reason, and until when comments are asked for."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    comments_until = DayField(label=_("Comments are asked for until"), required=False)
    reason = Prose(label=_("Reason"), limit=600, rows=3, error_messages={"required": _("Say why.")})

    def __init__(self, *args: Any, verb: Verb, seen: str, on: date, **kwargs: Any) -> None:
        """Keep the fields that the verb's row asks for."""
        kwargs["initial"] = {"seen": seen}
        super().__init__(*args, **kwargs)
        if verb.code != "statement.opened":
            del self.fields["comments_until"]
        if verb.reason is Reason.NONE:
            del self.fields["reason"]
        else:
            self.fields["reason"].required = verb.reason is Reason.REQUIRED

    def details(self) -> dict[str, Any]:
        """Return what the action takes."""
        given = dict(self.cleaned_data)
        given["seen"] = given.get("seen") or None
        return given


class StatementCommentForm(forms.Form):
    """A comment, or the answer to one."""

    reply_to = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**62)
    text = Prose(
        label=_("Your comment"), limit=4000, rows=4, error_messages={"required": _("Write your comment first.")}
    )
