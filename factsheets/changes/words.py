"""How the values and lines of a snapshot are shown in a sentence about what changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clusters.snapshot_shape import OrganisationLine
from factsheets import sentences, summary
from factsheets.changes.telling import Lines, Value, Words


def quoted(text: str) -> str:
    """Show what somebody typed; without its last full stop, for the sentence around it has one, and a list's dash."""
    return gettext("“%(text)s”") % {"text": text.removeprefix("- ").removesuffix(".")} if text else ""


def plain(value: Any) -> str:
    """Show a figure or a code as it is."""
    return str(value)


def yes_no(value: bool) -> str:
    """Show a mark."""
    return gettext("yes") if value else gettext("no")


def coded(vocabulary: str) -> Callable[[Any], str]:
    """Return what shows a code, or a list of codes, by its words."""

    def shown(value: Any) -> str:
        codes = value if isinstance(value, list) else [value] if value else []
        return ", ".join(sentences.label(vocabulary, code) for code in codes)

    return shown


def of_choices(choices: Any) -> Callable[[Any], str]:
    """Return what shows a code of `choices` by its words."""
    return lambda code: str(choices(code).label) if code in choices.values else str(code)


def days(value: list[str]) -> str:
    """Show several days."""
    return ", ".join(sentences.long_day(day) for day in value)


def organisation(line: OrganisationLine | None) -> str:
    """Show an organisation with its country."""
    if line is None:
        return ""
    return f"{line['name']} ({line['country']})" if line["country"] else line["name"]


def slip(value: int) -> str:
    """Show days against the baseline."""
    if value == 0:
        return gettext("as planned")
    words = ngettext("%(count)d day late", "%(count)d days late", value)
    if value < 0:
        words = ngettext("%(count)d day early", "%(count)d days early", -value)
    return words % {"count": abs(value)}


def reached(value: bool) -> str:
    """Show whether an objective is reached."""
    return gettext("reached") if value else gettext("not reached")


def files(value: list[Any]) -> str:
    """Show files by their titles."""
    return ", ".join(quoted(one["title"]) for one in value)


def unseen(value: Any) -> str:
    """Show nothing: persons are told of without their keys."""
    return ""


def adviser(line: Any) -> str:
    """Show who gave advice by the organisation alone."""
    return organisation(line["organisation"]) or gettext("a member")


def numbered(words: Words, field: str) -> Callable[[Any], str]:
    """Return what calls a line by its number and what was typed in `field`."""
    return lambda line: str(words) % {"number": line["number"], "text": line[field].removesuffix(".")}


def quoting(words: Words, field: str) -> Callable[[Any], str]:
    """Return what calls a line by what was typed in `field`."""
    return lambda line: str(words) % {"text": line[field].removesuffix(".")}


def terms(label: Words, one: Words, order: Words) -> Lines:
    """Return how a list of terms of a vocabulary is told."""
    return Lines(
        called=lambda line: str(one) % {"text": sentences.term(line)},
        new=_("New: %(line)s."),
        gone=_("Taken out: %(line)s."),
        order=order,
        same=(lambda line: line["code"],),
        fields={"code": Value(_("code"), plain), "labels": Value(label, lambda labels: "")},
    )


def single(called: Words, fields: Mapping[str, Value], *, new: Words, gone: Words) -> Lines:
    """Return how one line is told that may be missing."""
    return Lines(lambda line: str(called), new, gone, called, (lambda line: 0,), fields)


def place(territory: Any) -> str:
    """Show a territory, or nothing where there is none."""
    return summary.territory(territory) if territory else ""
