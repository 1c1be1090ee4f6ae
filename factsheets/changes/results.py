"""How differences in what came of a cluster, in its amendments and conditions are told."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.choices import MeetingKind
from factsheets import sentences
from factsheets.changes.telling import Lines, Telling, Value
from factsheets.changes.words import (
    adviser,
    coded,
    files,
    numbered,
    of_choices,
    organisation,
    place,
    plain,
    quoted,
    quoting,
    reached,
    yes_no,
)

RESULTS: Final[dict[str, Telling]] = {
    "objectives": Lines(
        numbered(_("objective %(number)d “%(text)s”"), "text"),
        _("New: %(line)s."),
        _("Taken out: %(line)s."),
        _("Objectives stand in another order."),
        (lambda line: line["text"], lambda line: line["number"]),
        {
            "text": Value(_("text"), quoted),
            "number": Value(_("place"), plain),
            "criterion": Value(_("reached when"), quoted),
            "measured": Value(_("measured"), quoted),
            "reached": Value(_("result"), reached),
            "partly": Value(_("partly reached"), yes_no),
        },
    ),
    "expected_outcomes": Lines(
        lambda line: sentences.label("outcome", line["kind"]),
        _("A further outcome is expected: %(line)s."),
        _("No longer expected: %(line)s."),
        _("Expected outcomes stand in another order."),
        (lambda line: (line["kind"], line["how"]), lambda line: line["kind"]),
        {
            "kind": Value(_("kind"), coded("outcome")),
            "how": Value(_("what exactly"), quoted),
            "on": Value(_("when"), sentences.long_day),
        },
    ),
    "outcomes": Lines(
        lambda line: (
            gettext("%(kind)s “%(text)s”") % {"kind": sentences.label("outcome", line["kind"]), "text": line["text"]}
        ),
        _("New outcome: %(line)s."),
        _("Outcome taken out: %(line)s."),
        _("Outcomes stand in another order."),
        (lambda line: (line["kind"], line["text"]), lambda line: line["text"], lambda line: (line["kind"], line["on"])),
        {
            "kind": Value(_("kind"), coded("outcome")),
            "text": Value(_("text"), quoted),
            "detail": Value(_("what came of it"), quoted),
            "on": Value(_("day"), sentences.long_day),
            "stage": Value(_("stage"), plain),
            "objective": Value(_("objective"), plain),
            "evidence": Value(_("evidence"), quoted),
            "files": Value(_("files"), files),
            "participants": Value(_("participants"), plain),
            "organisations": Value(_("organisations"), plain),
            "countries": Value(_("countries"), plain),
        },
    ),
    "no_outcome": Value(_("Ended without an outcome"), yes_no),
    "uptakes": Lines(
        lambda line: (
            gettext("uptake of “%(solution)s” by %(organisation)s")
            % {"solution": line["solution"], "organisation": organisation(line["organisation"])}
        ),
        _("New: %(line)s."),
        _("Taken out: %(line)s."),
        _("Uptakes stand in another order."),
        (
            lambda line: (line["solution"], organisation(line["organisation"]), place(line["territory"])),
            lambda line: (line["solution"], organisation(line["organisation"])),
        ),
        {
            "solution": Value(_("result"), quoted),
            "organisation": Value(_("organisation"), organisation),
            "territory": Value(_("territory"), place),
            "step": Value(_("how far it is"), coded("step")),
            "kind": Value(_("how"), coded("how")),
            "since": Value(_("since"), sentences.long_day),
            "documented": Value(_("documented"), yes_no),
        },
    ),
    "reviews": Lines(
        quoting(_("peer review of “%(text)s”"), "solution"),
        _("New: %(line)s."),
        _("Withdrawn: %(line)s."),
        _("Peer reviews stand in another order."),
        (lambda line: (line["solution"], line["version"]), lambda line: line["solution"]),
        {
            "solution": Value(_("result"), quoted),
            "project": Value(_("project"), plain),
            "version": Value(_("version that was read"), plain),
            "verdict": Value(_("verdict"), coded("verdict")),
            "on": Value(_("day"), sentences.long_day),
            "organisations": Value(_("reviewers"), lambda lines: ", ".join(map(organisation, lines))),
            "recommendations": Value(_("recommendations"), plain),
            "accepted": Value(_("of these accepted by the owner"), plain),
            "answered": Value(_("answered by the owner"), yes_no),
        },
    ),
    "meetings": Lines(
        lambda line: (
            gettext("meeting “%(title)s” of %(day)s") % {"title": line["title"], "day": sentences.long_day(line["on"])}
        ),
        _("Held: %(line)s."),
        _("Taken out: %(line)s."),
        _("Meetings stand in another order."),
        (lambda line: (line["title"], line["on"]), lambda line: line["title"]),
        {
            "kind": Value(_("kind"), of_choices(MeetingKind)),
            "title": Value(_("title"), quoted),
            "on": Value(_("day"), sentences.long_day),
            "people": Value(_("people present"), plain),
            "organisations": Value(_("organisations present"), plain),
        },
    ),
    "advice": Lines(
        quoting(_("advice on “%(text)s”"), "question"),
        _("New: %(line)s."),
        _("Taken out: %(line)s."),
        _("Advice stands in another order."),
        (lambda line: line["question"],),
        {
            "question": Value(_("question"), quoted),
            "what_came": Value(_("what was made of it"), quoted),
            "on": Value(_("day"), sentences.long_day),
            "given_by": Value(_("who gave it"), lambda lines: ", ".join(map(adviser, lines))),
        },
    ),
    "practitioners_summary": Value(_("Summary for practitioners"), quoted),
    "lessons": Value(_("Lessons"), quoted),
    "next_steps": Value(_("Next steps"), quoted),
}
RULES: Final[dict[str, Telling]] = {
    "amendments": Lines(
        lambda line: (
            gettext("amendment %(number)d (%(fields)s)")
            % {
                "number": line["number"],
                "fields": ", ".join(sentences.label("amended", name) for name in line["fields"]),
            }
        ),
        _("Accepted: %(line)s."),
        _("Taken out: %(line)s."),
        _("Amendments stand in another order."),
        (lambda line: line["number"],),
        {
            "number": Value(_("number"), plain),
            "accepted_on": Value(_("accepted on"), sentences.long_day),
            "fields": Value(_("what it changed"), coded("amended")),
            "reason": Value(_("reason"), quoted),
        },
    ),
    "conditions": Lines(
        quoting(_("condition “%(text)s”"), "text"),
        _("New: %(line)s."),
        _("Taken out: %(line)s."),
        _("Conditions stand in another order."),
        (lambda line: line["text"], lambda line: line["due"]),
        {
            "text": Value(_("text"), quoted),
            "due": Value(_("due"), sentences.long_day),
            "state": Value(_("how it stands"), coded("condition")),
        },
    ),
}
