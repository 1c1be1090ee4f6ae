"""What the code branches on in results: how far an uptake has come, of what kind it is, what the adopter said."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class UptakeStep(models.TextChoices):
    """How far an organisation has come with a solution (DOMAIN section 1)."""

    AWARE = "aware", _("Aware")
    INTERESTED = "interested", _("Interested")
    MENTORING = "mentoring", _("Mentoring")
    COMMITTED = "committed", _("Committed")
    IN_USE = "in_use", _("In use")
    STOPPED = "stopped", _("Stopped")


#: In the order in which they are climbed.
LADDER = (
    UptakeStep.AWARE,
    UptakeStep.INTERESTED,
    UptakeStep.MENTORING,
    UptakeStep.COMMITTED,
    UptakeStep.IN_USE,
)
#: Not counted yet: figures and factsheets count only what is in use.
ON_THE_WAY = frozenset({UptakeStep.AWARE, UptakeStep.INTERESTED, UptakeStep.MENTORING, UptakeStep.COMMITTED})
#: There is no kind yet, and nothing that evidence could show.
BEFORE_COMMITTED = frozenset({UptakeStep.AWARE, UptakeStep.INTERESTED, UptakeStep.MENTORING})
#: Have a kind and evidence.
FROM_COMMITTED_ON = frozenset({UptakeStep.COMMITTED, UptakeStep.IN_USE})
LIVE_STEPS = frozenset(LADDER)


class UptakeKind(models.TextChoices):
    """How a solution was taken up; said from `committed` on."""

    AS_IS = "as_is", _("As it is")
    ADAPTED = "adapted", _("Adapted")
    SCALED_UP = "scaled_up", _("Up-scaled")
    IN_POLICY = "in_policy", _("In policy")


class Proof(models.TextChoices):
    """What proves that an organisation uses a solution; only what is in use is declared or documented.

    What the organisation refused to confirm is neither, nor on the way (decision 0172).
    """

    DOCUMENTED = "documented", _("Documented by the organisation")
    DECLARED = "declared", _("Declared by the cluster only")
    NOT_CONFIRMED = "not_confirmed", _("Not confirmed by the organisation")
    ON_THE_WAY = "on_the_way", _("On the way")
    STOPPED = "stopped", _("Stopped")


def proof_of(step: str, *, is_documented: bool, is_refused: bool = False) -> Proof:
    """Return the proof of an uptake on that step; the queryset's `of_proof` says the same to the database."""
    if is_refused and step != UptakeStep.STOPPED:
        return Proof.NOT_CONFIRMED
    if step == UptakeStep.IN_USE:
        return Proof.DOCUMENTED if is_documented else Proof.DECLARED
    return Proof.STOPPED if step == UptakeStep.STOPPED else Proof.ON_THE_WAY


class ConfirmationStatus(models.TextChoices):
    """What became of asking the adopting organisation."""

    OPEN = "open", _("Waits for an answer")
    CONFIRMED = "confirmed", _("Confirmed")
    REFUSED = "refused", _("Refused")
    CORRECTED = "corrected", _("Corrected")
    EXPIRED = "expired", _("Ended without an answer")
    TAKEN_BACK = "taken_back", _("Taken back")


#: The adopting organisation said something.
ANSWERED = frozenset({ConfirmationStatus.CONFIRMED, ConfirmationStatus.REFUSED, ConfirmationStatus.CORRECTED})
#: Nobody came.
UNANSWERED = frozenset({ConfirmationStatus.EXPIRED, ConfirmationStatus.TAKEN_BACK})
#: So many days an ask is open, and its link acts, counted from sending (TRUST 12).
CONFIRM_DAYS = 60


class StatementState(models.TextChoices):
    """How a policy statement stands; what was adopted before stays issued whatever follows."""

    DRAFT = "draft", _("Draft")
    DISCUSSED = "discussed", _("Under discussion")
    ADOPTED = "adopted", _("Adopted")
    WITHDRAWN = "withdrawn", _("Withdrawn")


#: It is still written.
WRITTEN = frozenset({StatementState.DRAFT, StatementState.DISCUSSED})


class EvidenceKind(models.TextChoices):
    """What a line of a policy statement rests on, as the registry of kinds calls it."""

    OUTCOME = "outcome", _("Outcome")
    UPTAKE = "uptake", _("Uptake")


class ReviewState(models.TextChoices):
    """How a peer review stands."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    ANSWERED = "answered", _("Answered by the owner")
    WITHDRAWN = "withdrawn", _("Withdrawn")


#: Everybody reads these; a withdrawn one says so and counts nowhere.
PUBLIC_REVIEWS = frozenset({ReviewState.PUBLISHED, ReviewState.ANSWERED, ReviewState.WITHDRAWN})
#: What a solution, a factsheet and a chain show.
STANDING_REVIEWS = frozenset({ReviewState.PUBLISHED, ReviewState.ANSWERED})


class ReviewVerdict(models.TextChoices):
    """What a peer review comes to."""

    FIT = "fit", _("Fit for use by others")
    FIT_WITH_CHANGES = "fit_with_changes", _("Fit for use once it is changed")
    NOT_YET = "not_yet", _("Not ready for others yet")


class ReviewMark(models.TextChoices):
    """How a solution stands by one criterion, in words; marks are never added up."""

    STRONG = "strong", _("Strong")
    SOUND = "sound", _("Sound")
    WEAK = "weak", _("Weak")
    OPEN = "open", _("Could not be judged")


class RecommendationAnswer(models.TextChoices):
    """What the owner of a solution says to a recommendation."""

    ACCEPTED = "accepted", _("Accepted")
    PARTLY = "partly", _("Accepted in part")
    DECLINED = "declined", _("Not accepted")


class ReviewCapacity(models.TextChoices):
    """As what a person acts on a peer review."""

    LEAD = "lead", _("lead")
    DEPUTY = "deputy", _("deputy lead")
    COORDINATOR = "coordinator", _("coordinator")
    MISSION_COORDINATOR = "mission_coordinator", _("mission coordinator")
    REVIEWER = "reviewer", _("peer reviewer")
    OWNER = "owner", _("partner of the project that owns the solution")
