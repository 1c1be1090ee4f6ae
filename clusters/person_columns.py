"""Every column of `clusters` that refers to a person, and what becomes of it in their data and at their erasure."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from community.contributions import PersonColumn as Column

_PREPARED = _("A decision that is prepared is told when it is announced.")

COLUMNS: Final[dict[str, Column]] = {
    "clusters.Cluster.proposer": Column(
        _("Clusters that you proposed"), "reference title question state submitted_at created_at"
    ),
    "clusters.Cluster.lead": Column(
        _("Clusters that you lead, or are asked to lead"), "reference title state lead_asked_at lead_accepted_at"
    ),
    "clusters.Cluster.acting_lead": Column(
        _("Clusters that you lead until a lead is found"), "reference title state", is_cleared=True
    ),
    "clusters.DraftShare.member": Column(_("Drafts that are shared with you"), "cluster shared_at", is_deleted=True),
    "clusters.DraftShare.shared_by": Column(_("Drafts that you shared"), "cluster shared_at"),
    "clusters.DraftWriter.member": Column(_("Drafts in which you wrote"), "cluster"),
    "clusters.ReviewAssignment.member": Column(
        _("Proposals that you were asked to review"), "cluster assigned_at", is_deleted=True
    ),
    "clusters.ReviewAssignment.assigned_by": Column(_("Reviews that you assigned"), "cluster assigned_at"),
    "clusters.Translation.by": Column(_("Texts that you translated"), "cluster language text at"),
    "clusters.Decision.decided_by": Column(_("Decisions that you took"), "cluster verb capacity decided_at checklist"),
    "clusters.Decision.proposer": Column(_("Decisions on what you proposed"), "cluster verb decided_at"),
    "clusters.Decision.lead": Column(_("Decisions on what you were to lead"), "cluster verb decided_at"),
    "clusters.Condition.met_by": Column(_("Conditions that you met"), "cluster text met_at met_note"),
    "clusters.Condition.confirmed_by": Column(_("Conditions that you confirmed"), "cluster text confirmed_at"),
    "clusters.Condition.waived_by": Column(
        _("Conditions that you waived"), "cluster text waived_at waive_reason", empties="waive_reason"
    ),
    "clusters.Amendment.suggested_by": Column(
        _("Amendments that you suggested"), "cluster number kind state changes reason created_at", empties="reason"
    ),
    "clusters.Amendment.put_forward_by": Column(_("Amendments that you put forward"), "cluster number state"),
    "clusters.Amendment.new_lead": Column(
        _("Amendments that make you lead"), "cluster number state new_lead_accepted_at"
    ),
    "clusters.Amendment.decided_by": Column(_("Amendments that you decided"), "cluster number state decided_at"),
    "clusters.Participation.member": Column(record="clusters.participations"),
    "clusters.Participation.asked_by": Column(_("People whom you asked to take part"), "cluster asked_at"),
    "clusters.Participation.answered_by": Column(_("Requests to take part that you answered"), "cluster answered_at"),
    "clusters.Invitation.asked_by": Column(record="clusters.invitations"),
    "clusters.Stage.responsible": Column(
        _("Stages for which you are responsible"), "cluster title status planned_start_on planned_end_on"
    ),
    "clusters.Meeting.called_by": Column(_("Meetings that you called"), "cluster kind title held_on"),
    "clusters.MeetingDecision.noted_by": Column(_("Decisions of meetings that you noted"), "meeting text noted_at"),
    "clusters.MergeRequest.asked_by": Column(
        _("Mergers that you asked for"), "cluster into status reason asked_at", empties="reason"
    ),
    "clusters.MergeRequest.answered_by": Column(
        _("Mergers that you answered"), "cluster into status answer_reason answered_at", empties="answer_reason"
    ),
    "clusters.FollowUp.asked": Column(_("Follow-ups that you were asked"), "cluster why due_on asked_at answer"),
    "clusters.FollowUp.answered_by": Column(
        _("Follow-ups that you answered"), "cluster answer note evidence_url answered_at"
    ),
    "clusters.PanelQuestion.asked_by": Column(record="clusters.panel_questions"),
    "clusters.PanelAnswer.asked": Column(record="clusters.panel_places"),
    "clusters.PanelAnswer.invited_by": Column(_("People whom you put on advice panels"), "question invited_at"),
    "clusters.PreparedDecision.prepared_by": Column(record="clusters.prepared"),
    "clusters.PreparedDecision.proposer": Column(why_not=_PREPARED),
    "clusters.PreparedDecision.lead": Column(why_not=_PREPARED),
    "clusters.PreparedDecision.closed_by": Column(_("Prepared decisions that you ended"), "cluster verb closed_at"),
    "clusters.RoomFile.added_by": Column(_("Files that you put into rooms"), "cluster title visibility added_at"),
    "clusters.RoomMessage.by": Column(record="clusters.messages"),
}
