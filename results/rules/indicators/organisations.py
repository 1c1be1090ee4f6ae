"""Organisations that cooperate across borders: RCO87, and after the completion RCR84."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from results.facts import CooperationFacts
from results.rules.indicators.shape import Line, Reason, Terms


def cooperating(rows: Iterable[CooperationFacts], terms: Terms) -> list[Line]:
    """RCO87, version 2: organisations cooperating across borders.

    "Only organisations with a partnership, associated partners included, in the owning project, each once; other
    participants are shown as reached." Source: common output indicator RCO87 of Regulation (EU) 2021/1059, annex I.
    It cooperates across borders in a cluster in which organisations of at least 2 countries take or took part, and its
    partnership covers a day of its part there; its presence at a meeting of which files or minutes are kept documents
    that. Who has left cooperated: version 1 forgot them, and asked for a partnership of whatever days.
    """
    return [_line(row, _why_not(row, row.document_on is not None), row.first_on) for row in rows]


def cooperating_after(rows: Iterable[CooperationFacts], terms: Terms) -> list[Line]:
    """RCR84, version 2: organisations cooperating across borders after project completion.

    "Organisations cooperating after completion": those that RCO87 counts or has as declared and that cooperated in a
    cluster of the project on a day after its completion. Source: common result indicator RCR84 of Regulation (EU)
    2021/1059, annex I. Presence at a meeting after the completion, of which files or minutes are kept, documents
    it. Who was a partner up to the completion is one of these. The registry keeps no agreements of cooperation; where
    the programme asks for one, it is added to the report by hand. Version 1 forgot who had left.
    """
    found = []
    for row in rows:
        end = row.project.ends_on if row.project is not None else None
        reason = _why_not(row, _is_after(row.document_on, end))
        if reason in (None, Reason.NO_EVIDENCE) and not _is_after(row.last_on, end):
            reason = Reason.NOT_AFTER
        found.append(_line(row, reason, row.last_on))
    return found


def _is_after(day: date | None, end: date | None) -> bool:
    return day is not None and end is not None and day > end


def _why_not(row: CooperationFacts, is_documented: bool) -> Reason | None:
    if row.project is None:
        return Reason.NO_OWNER
    if not row.is_across:
        return Reason.ONE_COUNTRY
    if not row.has_partnership:
        return Reason.NO_PARTNERSHIP
    return None if is_documented else Reason.NO_EVIDENCE


def _line(row: CooperationFacts, reason: Reason | None, on: date | None) -> Line:
    key = ("organisation", row.organisation)
    project = row.project.pk if row.project is not None else None
    return Line(key, key, row.name, project, cluster=row.cluster, on=on, reason=reason)
