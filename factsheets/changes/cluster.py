"""How differences in what a cluster is, when it runs, who takes part and in its roadmap are told."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from clusters.choices import StageKind
from factsheets import sentences, summary
from factsheets.changes.telling import Lines, Telling, Value
from factsheets.changes.words import (
    coded,
    days,
    files,
    numbered,
    of_choices,
    organisation,
    plain,
    quoted,
    quoting,
    single,
    slip,
    terms,
    unseen,
    yes_no,
)

CALLED = _("what it is called")
TERRITORY: Final = {
    "code": Value(_("code"), plain),
    "name": Value(_("name"), plain),
    "country": Value(_("country"), plain),
    "nuts_version": Value(_("version of NUTS"), plain),
}
WORKING_GROUP: Final = {"code": Value(_("code"), plain), "title": Value(_("title"), quoted)}
SCOPE: Final[dict[str, Telling]] = {
    "reference": Value(_("Reference"), plain),
    "title": Value(_("Title"), quoted),
    "question": Value(_("Question"), quoted),
    "language": Value(_("Language"), plain),
    "state": Value(_("State"), coded("state")),
    "recorded_afterwards": Value(_("Recorded afterwards"), yes_no),
    "working_group": single(
        _("Working group"), WORKING_GROUP, new=_("It has a working group."), gone=_("It has no working group any more.")
    ),
    "further_working_groups": Lines(
        lambda line: f"{line['code']} {line['title']}",
        _("A further working group: %(line)s."),
        _("No further working group any more: %(line)s."),
        _("Further working groups stand in another order."),
        (lambda line: line["code"],),
        WORKING_GROUP,
    ),
    "focus": Value(_("Focus"), coded("focus")),
    "levels": Value(_("Levels of transfer"), coded("level")),
    "join_policy": Value(_("Joining"), coded("join")),
    "size_limit": Value(_("Most members"), plain),
    "need": single(
        _("The need that it answers"),
        {
            "text": Value(_("text"), quoted),
            "raised_by": Value(_("raised by"), organisation),
            "raised_by_person": Value(_("who raised it"), unseen),
            "me_too": Value(_("others who have it too"), plain),
        },
        new=_("It answers a need now."),
        gone=_("It answers no need of the board any more."),
    ),
    "out_of_scope": Value(_("Out of scope"), quoted),
    "themes": terms(CALLED, _("theme “%(text)s”"), _("Themes stand in another order.")),
    "specific_objectives": terms(
        CALLED, _("specific objective “%(text)s”"), _("Specific objectives stand in another order.")
    ),
    "sdgs": terms(CALLED, _("goal “%(text)s”"), _("Goals stand in another order.")),
    "territories": Lines(
        summary.territory,
        _("A further territory: %(line)s."),
        _("No territory of it any more: %(line)s."),
        _("Territories stand in another order."),
        (lambda line: (line["nuts_version"], line["code"] or line["name"]), lambda line: line["name"]),
        TERRITORY,
    ),
    "solutions": Lines(
        quoting(_("result “%(text)s”"), "title"),
        _("It works with a further %(line)s."),
        _("It works no more with %(line)s."),
        _("Results stand in another order."),
        (lambda line: (line["title"], line["project"]), lambda line: line["title"]),
        {
            "title": Value(_("title"), quoted),
            "project": Value(_("project"), plain),
            "maturity": Value(_("maturity"), sentences.term),
        },
    ),
    "adoption_plan": Value(_("Plan for adoption"), quoted),
}
DATES: Final[dict[str, Telling]] = {
    "planned_start": Value(_("Planned start"), sentences.long_day),
    "planned_end": Value(_("Planned end"), sentences.long_day),
    "started_on": Value(_("Started"), sentences.long_day),
    "ended_on": Value(_("Ended"), sentences.long_day),
    "state_since": Value(_("In this state since"), sentences.long_day),
    "deadline": single(
        _("Deadline from outside"),
        {"on": Value(_("day"), sentences.long_day), "reason": Value(_("reason"), quoted)},
        new=_("There is a deadline from outside now."),
        gone=_("There is no deadline from outside any more."),
    ),
    "baseline": single(
        _("Baseline"),
        {"number": Value(_("number"), plain), "frozen_on": Value(_("frozen on"), sentences.long_day)},
        new=_("The roadmap was frozen as its baseline."),
        gone=_("There is no baseline any more."),
    ),
    "follow_ups": Value(_("Follow-ups"), days),
}
PEOPLE: Final[dict[str, Telling]] = {
    "lead": single(
        _("Lead"),
        {
            "organisation": Value(_("organisation"), organisation),
            "person": Value(_("who leads"), unseen),
        },
        new=_("There is a lead now."),
        gone=_("There is no lead any more."),
    ),
    "participants": Lines(
        lambda line: organisation(line["organisation"]),
        _("%(line)s takes part now."),
        _("%(line)s takes part no more."),
        _("Participants stand in another order."),
        (
            lambda line: (line["organisation"]["name"], line["organisation"]["country"], line["external"]),
            lambda line: line["organisation"]["name"],
        ),
        {
            "organisation": Value(_("organisation"), organisation),
            "roles": Value(_("roles"), coded("role")),
            "external": Value(_("from outside the community"), yes_no),
            "persons": Value(_("who takes part for it"), unseen),
            "people": Value(_("people"), plain),
        },
    ),
}
ROADMAP: Final[dict[str, Telling]] = {
    "stages": Lines(
        numbered(_("stage %(number)d “%(text)s”"), "title"),
        _("New: %(line)s."),
        _("Taken out of the roadmap: %(line)s."),
        _("Stages stand in another order."),
        (lambda line: line["title"], lambda line: line["number"]),
        {
            "title": Value(_("title"), quoted),
            "number": Value(_("place"), plain),
            "kind": Value(_("kind"), of_choices(StageKind)),
            "status": Value(_("status"), coded("stage")),
            "planned_start": Value(_("planned start"), sentences.long_day),
            "planned_end": Value(_("planned end"), sentences.long_day),
            "actual_start": Value(_("started"), sentences.long_day),
            "actual_end": Value(_("ended"), sentences.long_day),
            "baseline_start": Value(_("start in the baseline"), sentences.long_day, follows="baseline"),
            "baseline_end": Value(_("end in the baseline"), sentences.long_day, follows="baseline"),
            "slip": Value(_("against the baseline"), slip, follows="baseline"),
            "first_slip": Value(_("against the first baseline"), slip, follows="baseline", echoes="slip"),
            "deliverable": Value(_("deliverable"), quoted),
            "note": Value(_("note"), quoted),
            "waits_for": Value(_("waits for stage"), plain),
            "waits_why": Value(_("why it waits"), quoted),
            "evidence": Value(_("files"), files),
            "evidence_url": Value(_("address of the deliverable"), plain),
        },
    ),
}
