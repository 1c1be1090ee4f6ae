"""Forms of a cluster's room: a thread, a comment, and why a comment is hidden."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.choices import Access
from clusters.forms.proposal_fields import Line, Prose
from clusters.rules.mentions import Typed, mention_words, typed_mentions
from community.models import Comment, Member

MOST_SIGNS = 4000
#: So many people can be chosen without a box to find one among them.
FEW = 8


class CommentForm(forms.Form):
    """A comment, and whom it mentions: those who take part, ticked or typed after an "@"."""

    text = Prose(
        label=_("Comment"),
        limit=MOST_SIGNS,
        rows=4,
        help_text=_("Plain text; addresses that begin with https:// become links. “@” and a name mentions somebody."),
        error_messages={"required": _("Write your comment first.")},
    )
    mentions = forms.TypedMultipleChoiceField(
        label=_("Mention"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They are told by mail."),
        error_messages={"invalid_choice": _("Somebody whom you mention takes part no more. Choose again.")},
    )

    def __init__(self, *args: Any, people: Iterable[Member], besides: int | None = None, **kwargs: Any) -> None:
        """Offer those who take part, without the writer."""
        super().__init__(*args, **kwargs)
        self.people = {person.pk: person for person in people if person.pk != besides}
        choices = [(pk, person.name) for pk, person in self.people.items()]
        self.fields["mentions"].choices = choices  # type: ignore[attr-defined]
        self.narrows = len(choices) > FEW

    @property
    def is_open(self) -> bool:
        """Whether somebody is ticked, so that the chooser stands open."""
        return bool(self["mentions"].value())

    def values(self) -> dict[str, Any]:
        """Return what the action takes; who is ticked and typed is mentioned once."""
        return {**self.cleaned_data, "mentions": self._mentioned()}

    def said(self) -> str:
        """Return what the writer is told: who was mentioned, and which typed names were not found."""
        return mention_words(self._mentioned(), self._typed())

    def _mentioned(self) -> list[Member]:
        ticked = [self.people[pk] for pk in self.cleaned_data["mentions"]]
        return [*ticked, *(person for person in self._typed().people if person not in ticked)]

    def _typed(self) -> Typed:
        return typed_mentions(self.cleaned_data["text"], self.people.values())


class ThreadForm(CommentForm):
    """The first comment of a thread, with its title."""

    title = Line(
        label=_("What it is about"),
        limit=120,
        help_text=_("Such as “Two tables or one?”."),
        error_messages={"required": _("Give the discussion a title.")},
    )
    field_order = ("title", "text", "mentions")


class ChangeForm(CommentForm):
    """A comment that is changed; the title only where it opens a thread."""

    title = Line(label=_("What it is about"), limit=120, error_messages={"required": _("Give the discussion a title.")})
    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    field_order = ("title", "text", "mentions")

    def __init__(self, *args: Any, comment: Comment, **kwargs: Any) -> None:
        """Start from the comment as it stands."""
        kwargs.setdefault(
            "initial",
            {
                "title": comment.title,
                "text": comment.text,
                "mentions": [person.pk for person in comment.mentions.all()],
                "seen_version": comment.version,
            },
        )
        super().__init__(*args, **kwargs)
        if comment.reply_to_id is not None:
            del self.fields["title"]

    def shown_anew(self, version: int) -> None:
        """Take the comment as it stands now for read: the next press saves over it."""
        sent: Any = self.data
        self.data = sent.copy()
        self.data["seen_version"] = version  # type: ignore[index]


class HideForm(forms.Form):
    """Why a comment is hidden."""

    reason = Prose(
        label=_("Reason"),
        limit=600,
        help_text=_("Everybody in the room reads it in place of the comment; who wrote it is told by mail."),
        error_messages={"required": _("Say why: everybody in the room reads it in place of the comment.")},
    )


class AccessForm(forms.Form):
    """What somebody who takes part may do in the room."""

    access = forms.ChoiceField(label=_("May do"), choices=Access.choices, widget=forms.RadioSelect)
    seen_access = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
