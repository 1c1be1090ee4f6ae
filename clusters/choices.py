"""What the code branches on in the life of a cluster, with the derived sets beside it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a cluster stands; `submitted` is worded "Proposed"."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Proposed")
    RETURNED = "returned", _("Returned for changes")
    APPROVED = "approved", _("Approved")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    CONCLUDED = "concluded", _("Concluded")
    DECLINED = "declined", _("Declined")
    DISCONTINUED = "discontinued", _("Discontinued")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    MERGED = "merged", _("Merged")


#: Shown to everybody, signed in or not.
PUBLIC_STATES = frozenset({State.APPROVED, State.RUNNING, State.PAUSED, State.CONCLUDED, State.DISCONTINUED})
#: Shown to signed-in members as "Proposed".
PROPOSED_STATES = frozenset({State.SUBMITTED, State.RETURNED})
#: Shown to proposer, lead and the coordinators of the working group only.
REFUSED_STATES = frozenset({State.DECLINED, State.WITHDRAWN})
#: Approved and not ended: the work goes on or is about to.
ACTIVE_STATES = frozenset({State.APPROVED, State.RUNNING, State.PAUSED})
#: Has a final factsheet.
FINISHED_STATES = frozenset({State.CONCLUDED, State.DISCONTINUED})
ENDED_STATES = FINISHED_STATES | REFUSED_STATES | {State.MERGED}
#: May still lack what a proposal must have.
INCOMPLETE_STATES = frozenset({State.DRAFT, State.RETURNED, State.MERGED}) | REFUSED_STATES
#: The proposer may still write in these.
EDITABLE_STATES = frozenset({State.DRAFT, State.SUBMITTED, State.RETURNED})
#: A cluster in one of these can go into another one, which stands in one of `TAKING_STATES`.
MERGEABLE_STATES = frozenset({State.SUBMITTED, State.RETURNED, State.APPROVED})
TAKING_STATES = MERGEABLE_STATES | ACTIVE_STATES


class Focus(models.TextChoices):
    """What a cluster gathers around."""

    THEMATIC = "thematic", _("Thematic")
    TERRITORIAL = "territorial", _("Territorial")
    BOTH = "both", _("Thematic and territorial")


class Level(models.TextChoices):
    """Levels of transfer."""

    LOCAL = "local", _("Local")
    REGIONAL = "regional", _("Regional")
    NATIONAL = "national", _("National")
    INTERNATIONAL = "international", _("International")


class OutcomeKind(models.TextChoices):
    """The six outcomes of clustering."""

    TRANSFERENCE = "transference", _("Transference")
    NETWORKING = "networking", _("Networking")
    ANSWER = "answer", _("Answer to a specific problem")
    ADOPTION = "adoption", _("Adoption")
    PEER_REVISION = "peer_revision", _("Peer revision of community results")
    POLICY_EVIDENCE = "policy_evidence", _("Evidence for a policy statement")


class JoinPolicy(models.TextChoices):
    """How one comes to take part."""

    OPEN = "open", _("Open to the whole community")
    APPLICATION = "application", _("By application: the lead answers")
    INVITATION = "invitation", _("By invitation only")


class ParticipationRole(models.TextChoices):
    """As what a member takes part."""

    LEAD = "lead", _("Lead")
    DEPUTY = "deputy", _("Deputy lead")
    PARTICIPANT = "participant", _("Participant")
    PEER_REVIEWER = "peer_reviewer", _("Peer reviewer")
    OBSERVER = "observer", _("Observer")


class Access(models.TextChoices):
    """What somebody who takes part may do in the cluster's room; the lead's side says it of external partners."""

    VIEW = "view", _("Reads along")
    COMMENT = "comment", _("Reads and writes comments")
    CONTRIBUTE = "contribute", _("Writes comments and adds files and notes")


class ParticipationStatus(models.TextChoices):
    """How far a participation has come; `wanted` is an organisation without a person yet."""

    WANTED = "wanted", _("Wanted, no person yet")
    INTERESTED = "interested", _("Would join")
    REQUESTED = "requested", _("Asked to join")
    WAITING = "waiting", _("On the waiting list")
    INVITED = "invited", _("Invited")
    ACTIVE = "active", _("Takes part")
    DECLINED = "declined", _("Declined")
    LEFT = "left", _("Left")
    EXPIRED = "expired", _("Expired")


class InvitationStatus(models.TextChoices):
    """How far an invitation to an address has come; that its link has run out is derived, never stored."""

    OPEN = "open", _("Waits for an answer")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Ended without an answer")
    TAKEN_BACK = "taken_back", _("Taken back")


#: Takes part or took part: who led in one of these stays bound by four eyes.
BINDING_PARTICIPATIONS = frozenset({ParticipationStatus.ACTIVE, ParticipationStatus.LEFT})
LIVE_PARTICIPATIONS = frozenset(
    {
        ParticipationStatus.INTERESTED,
        ParticipationStatus.REQUESTED,
        ParticipationStatus.WAITING,
        ParticipationStatus.INVITED,
        ParticipationStatus.ACTIVE,
    }
)
#: What a proposal names: what is under way, and organisations still wanted.
NAMED_PARTICIPATIONS = LIVE_PARTICIPATIONS | {ParticipationStatus.WANTED}
LEADING_ROLES = frozenset({ParticipationRole.LEAD, ParticipationRole.DEPUTY})


class StageKind(models.TextChoices):
    """What is done in a stage."""

    WORK = "work", _("Work")
    MEETING = "meeting", _("Meeting or kick-off")
    TRAINING = "training", _("Training")
    VISIT = "visit", _("Visit or exchange")
    PILOT = "pilot", _("Pilot or try-out")
    REVIEW = "review", _("Review")
    REPORT = "report", _("Report or factsheet")


class StageStatus(models.TextChoices):
    """Where a stage stands; "late" is derived from the day, never stored."""

    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Under way")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Dropped")


OPEN_STAGES = frozenset({StageStatus.PLANNED, StageStatus.RUNNING})


class AmendmentState(models.TextChoices):
    """Life of a proposed change to what was approved."""

    SUGGESTED = "suggested", _("Suggested")
    PROPOSED = "proposed", _("Put forward")
    ACCEPTED = "accepted", _("Accepted")
    PARTLY_ACCEPTED = "partly_accepted", _("Accepted in part")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


#: Somebody still has to do something about these.
OPEN_AMENDMENTS = frozenset({AmendmentState.SUGGESTED, AmendmentState.PROPOSED})
#: What everybody reads: it stands in the cluster, in whole or in part.
ACCEPTED_AMENDMENTS = frozenset({AmendmentState.ACCEPTED, AmendmentState.PARTLY_ACCEPTED})


class AmendmentKind(models.TextChoices):
    """What an amendment changes; a hand-over is one of kind `lead`."""

    CONTENT = "content", _("Question, objectives or scope")
    DATES = "dates", _("Dates")
    WORKING_GROUP = "working_group", _("Working group")
    LEAD = "lead", _("Lead")


class MergeStatus(models.TextChoices):
    """How far a merge has come that one coordinator asked for."""

    OPEN = "open", _("Asked")
    AGREED = "agreed", _("Agreed")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class PreparedVerb(models.TextChoices):
    """Decisions on a proposal that may be prepared and announced later."""

    APPROVE = "approve", _("Approve")
    RETURN = "return", _("Return for changes")
    DECLINE = "decline", _("Decline")


class PreparedStatus(models.TextChoices):
    """How far a prepared decision has come."""

    WAITING = "waiting", _("Waits to be announced")
    HELD = "held", _("Not announced: to be looked at again")
    ANNOUNCED = "announced", _("Announced")
    WITHDRAWN = "withdrawn", _("Taken back")
    SUPERSEDED = "superseded", _("Replaced by another decision")
    VOID = "void", _("Void: the proposal waits for no decision any more")


#: Holds its words still; at most one of a cluster.
LIVE_PREPARED = frozenset({PreparedStatus.WAITING, PreparedStatus.HELD})


class MeetingKind(models.TextChoices):
    """Kinds of meeting that indicators tell apart."""

    MEETING = "meeting", _("Working meeting")
    JOINT_ACTION = "joint_action", _("Joint action")
    TRAINING = "training", _("Joint training")
    PUBLIC_EVENT = "public_event", _("Public event")


#: Zones in which a meeting is called: the site's own, and those of the programme's countries.
MEETING_ZONES = (
    "Europe/Brussels",
    "Asia/Nicosia",
    "Europe/Athens",
    "Europe/Belgrade",
    "Europe/Lisbon",
    "Europe/Ljubljana",
    "Europe/Madrid",
    "Europe/Malta",
    "Europe/Paris",
    "Europe/Podgorica",
    "Europe/Rome",
    "Europe/Sarajevo",
    "Europe/Skopje",
    "Europe/Sofia",
    "Europe/Tirane",
    "Europe/Zagreb",
)


class FollowUpReason(models.TextChoices):
    """Why a follow-up is due."""

    SIX_MONTHS = "six_months", _("Six months after the end")
    TWELVE_MONTHS = "twelve_months", _("Twelve months after the end")
    UPTAKE_YEAR = "uptake_year", _("Before the uptake year of the owning project ends")


#: So many days a follow-up is asked by mail, and its link acts; after that nobody has answered.
FOLLOW_UP_DAYS = 60
#: So many days after it was given an answer may be corrected.
FOLLOW_UP_CORRECTED_DAYS = 14


class FollowUpAnswer(models.TextChoices):
    """What became of an uptake."""

    CONFIRMED = "confirmed", _("Confirmed")
    ADAPTED = "adapted", _("Adapted")
    STOPPED = "stopped", _("Stopped")
    UNKNOWN = "unknown", _("Unknown")


class PanelState(models.TextChoices):
    """How far a question to an advice panel is."""

    SUGGESTED = "suggested", _("Suggested")
    OPEN = "open", _("Waits for answers")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


#: People may be asked, and may answer.
OPEN_PANELS = (PanelState.OPEN, PanelState.ANSWERED)


class PanelPlace(models.TextChoices):
    """How far one person is who is asked by a panel's question."""

    INVITED = "invited", _("Asked")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Did not say")
    ANSWERED = "answered", _("Answered")
    WITHDRAWN = "withdrawn", _("No longer asked")


#: Still to answer.
OPEN_PLACES = (PanelPlace.INVITED, PanelPlace.ACCEPTED)


class PanelCredit(models.TextChoices):
    """Who is credited for an answer."""

    NAMED = "named", _("My name and my organisation")
    ORGANISATION = "organisation", _("My organisation only")


class Capacity(models.TextChoices):
    """In which capacity a person acts on a cluster; several may hold at once."""

    CLOCK = "clock", _("the registry")
    PROPOSER = "proposer", _("proposer")
    NAMED_LEAD = "named_lead", _("named lead")
    LEAD = "lead", _("lead")
    DEPUTY = "deputy", _("deputy lead")
    PARTICIPANT = "participant", _("participant")
    COORDINATOR = "coordinator", _("coordinator")
    MISSION_COORDINATOR = "mission_coordinator", _("mission coordinator")
    STAND_IN = "stand_in", _("stand-in coordinator")
    TAKING_IN = "taking_in", _("coordinator who was asked to take it in")
    ADMINISTRATOR = "administrator", _("administrator")
    MEMBER = "member", _("member")
    EXTERNAL = "external", _("external partner")
    SHARED_WITH = "shared_with", _("reader of the draft")
    SUGGESTER = "suggester", _("who suggested it")
    NEW_LEAD = "new_lead", _("the lead to be")
    FURTHER_COORDINATOR = "further_coordinator", _("coordinator of a further working group")
    ASKER = "asker", _("who asks the panel")
    PANEL = "panel", _("member of the advice panel")


#: May decide, four eyes allowing.
DECIDERS = (Capacity.COORDINATOR, Capacity.MISSION_COORDINATOR, Capacity.STAND_IN)

#: The languages into which the texts of a cluster are translated, and in which a factsheet is issued besides its own.
TEXT_LANGUAGES = ("bg", "el", "en", "es", "fr", "hr", "it", "pt", "sl")
