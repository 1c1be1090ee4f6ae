"""What is counted at meetings of clusters: RCO81, RCO85, RCO115, RCR81; and pilots, RCO84."""

from __future__ import annotations

from collections.abc import Iterable

from clusters.choices import MeetingKind
from results.facts import MeetingFacts, PilotFacts
from results.rules.indicators.shape import Line, Reason, Terms


def participations_in_actions(meetings: Iterable[MeetingFacts], terms: Terms) -> list[Line]:
    """RCO81, version 1: participations in joint actions across borders.

    "From meetings with attendance, organised by organisations of at least 2 countries": the persons present at joint
    actions, each time they were. Source: common output indicator RCO81 of Regulation (EU) 2021/1059, annex I. Files
    or minutes of the meeting document it.
    """
    return [_line(row, terms, row.persons) for row in meetings if row.kind == MeetingKind.JOINT_ACTION]


def participations_in_training(meetings: Iterable[MeetingFacts], terms: Terms) -> list[Line]:
    """RCO85, version 1: participations in joint training schemes.

    "From meetings with attendance, organised by organisations of at least 2 countries": the persons present at joint
    trainings, each time they were. Source: common output indicator RCO85 of Regulation (EU) 2021/1059, annex I.
    Files or minutes of the meeting document it.
    """
    return [_line(row, terms, row.persons) for row in meetings if row.kind == MeetingKind.TRAINING]


def public_events(meetings: Iterable[MeetingFacts], terms: Terms) -> list[Line]:
    """RCO115, version 1: public events across borders jointly organised.

    "From meetings with attendance, organised by organisations of at least 2 countries": each public event counts
    once, however many days it took. Source: common output indicator RCO115 of Regulation (EU) 2021/1059, annex I.
    Files or minutes of the meeting document it.
    """
    return [_line(row, terms, 1) for row in meetings if row.kind == MeetingKind.PUBLIC_EVENT]


def training_completed(meetings: Iterable[MeetingFacts], terms: Terms) -> list[Line]:
    """RCR81, version 1: completion of joint training schemes.

    "From meetings with attendance, organised by organisations of at least 2 countries": the persons who completed a
    joint training, never more than were there. Source: common result indicator RCR81 of Regulation (EU) 2021/1059,
    annex I. Files or minutes of the meeting document it.
    """
    found = []
    for row in meetings:
        if row.kind == MeetingKind.TRAINING:
            line = _line(row, terms, min(row.completed, row.persons), Reason.NOBODY_COMPLETED)
            found.append(line)
    return found


def _line(meeting: MeetingFacts, terms: Terms, amount: int, empty: Reason = Reason.NO_ATTENDANCE) -> Line:
    return Line(
        key=("meeting", meeting.pk),
        record=("meeting", meeting.pk),
        title="",
        project=meeting.project,
        detail=meeting.kind,
        cluster=meeting.cluster,
        on=meeting.held_on,
        amount=amount,
        reason=_why_not(meeting, terms, amount, empty),
    )


def _why_not(meeting: MeetingFacts, terms: Terms, amount: int, empty: Reason) -> Reason | None:
    if meeting.is_cancelled:
        return Reason.CANCELLED
    if meeting.held_on > terms.on:
        return Reason.NOT_DONE
    if meeting.persons == 0:
        return Reason.NO_ATTENDANCE
    if amount == 0:
        return empty
    if meeting.organisers < 2 or len(meeting.countries) < 2:
        return Reason.ONE_COUNTRY
    if meeting.project is None:
        return Reason.NO_OWNER
    return None if meeting.has_document else Reason.NO_EVIDENCE


def pilots_implemented(pilots: Iterable[PilotFacts], terms: Terms) -> list[Line]:
    """RCO84, version 2: pilot actions developed jointly and implemented.

    "Pilot actions developed jointly and implemented": stages of kind pilot that are done, in clusters in which at
    least 2 organisations of at least 2 countries take or took part. Source: common output indicator RCO84 of
    Regulation (EU) 2021/1059, annex I. A file or an address of the deliverable documents it. Version 1 forgot who had
    left.
    """
    found = []
    for row in pilots:
        reason = None if row.has_document else Reason.NO_EVIDENCE
        if not row.is_done or (row.done_on is not None and row.done_on > terms.on):
            reason = Reason.NOT_DONE
        elif row.organisations < 2 or len(row.countries) < 2:
            reason = Reason.ONE_COUNTRY
        elif row.project is None:
            reason = Reason.NO_OWNER
        key = ("stage", row.pk)
        found.append(Line(key, key, row.title, row.project, cluster=row.cluster, on=row.done_on, reason=reason))
    return found
