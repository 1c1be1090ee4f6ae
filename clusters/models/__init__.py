"""Models of the work, one noun a file."""

from clusters.models.assignment import ReviewAssignment
from clusters.models.cluster import Cluster, ClusterLevel, DraftShare, DraftWriter, ExpectedOutcome, ReferenceCounter
from clusters.models.decision import Amendment, Condition, Decision
from clusters.models.invitation import Invitation
from clusters.models.meeting import Attendance, Meeting, MeetingAnswer, MeetingDecision
from clusters.models.merge import MergeRequest
from clusters.models.outcome import FollowUp, Outcome
from clusters.models.panel import PanelAnswer, PanelQuestion
from clusters.models.participation import Participation
from clusters.models.prepared import PreparedDecision
from clusters.models.roadmap import Baseline, BaselineStage, Objective, Stage
from clusters.models.room import RoomFile, RoomFileVersion, RoomMessage
from clusters.models.translation import Translation

__all__ = [
    "Amendment",
    "Attendance",
    "Baseline",
    "BaselineStage",
    "Cluster",
    "ClusterLevel",
    "Condition",
    "Decision",
    "DraftShare",
    "DraftWriter",
    "ExpectedOutcome",
    "FollowUp",
    "Invitation",
    "Meeting",
    "MeetingAnswer",
    "MeetingDecision",
    "MergeRequest",
    "Objective",
    "Outcome",
    "PanelAnswer",
    "PanelQuestion",
    "Participation",
    "PreparedDecision",
    "ReferenceCounter",
    "ReviewAssignment",
    "RoomFile",
    "RoomFileVersion",
    "RoomMessage",
    "Stage",
    "Translation",
]
