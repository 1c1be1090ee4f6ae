"""Who keeps a policy statement, who reads what is written now, and what an adoption requires."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clusters.choices import Capacity
from clusters.visibility import viewer
from community.lifecycle import Attempt
from community.models import Appointment, User
from community.permissions import ALLOWED, Verdict, refused
from results.choices import WRITTEN, StatementState
from results.models import PolicyStatement
from results.policy_summary import bears, lines_of, shape_of

Anybody = User | AnonymousUser | None

KEEPERS = (Capacity.COORDINATOR, Capacity.MISSION_COORDINATOR)
ADOPTERS = (*KEEPERS, Capacity.STAND_IN)
NO_KEEPER = gettext_lazy("The coordinators of the working group write its statements.")


def statement_capacities(user: Anybody, statement: PolicyStatement, on: date) -> frozenset[str]:
    """Return as what `user` acts on a statement: for its group, for the mission, or as a stand-in.

    Stand-ins are the coordinators of other groups, where nobody of the group or the mission is there who did not
    write in it.
    """
    who = viewer(user, on)
    held = set()
    if statement.working_group_id in who.group_ids:
        held.add(Capacity.COORDINATOR)
    if who.is_mission:
        held.add(Capacity.MISSION_COORDINATOR)
    if who.group_ids and not held and not _others_may_adopt(statement, on):
        held.add(Capacity.STAND_IN)
    return frozenset(held)


def _others_may_adopt(statement: PolicyStatement, on: date) -> bool:
    """Say whether somebody of the group or the mission is there who did not write in it."""
    present = Appointment.objects.present(on).filter(member__user__is_active=True)
    own = present.filter(working_group=statement.working_group_id) | present.filter(working_group=None)
    return own.exclude(member__in=statement.writers.values("pk")).exists()


def can_begin(user: Anybody) -> Verdict:
    """Coordinators begin a statement of their working group."""
    if viewer(user, timezone.localdate()).is_coordinator:
        return ALLOWED
    return refused(str(NO_KEEPER), "forbidden")


def can_write(user: Anybody, statement: PolicyStatement) -> Verdict:
    """Its keepers write while it is a draft or discussed."""
    held = statement_capacities(user, statement, timezone.localdate())
    if not held & frozenset(KEEPERS):
        return refused(str(NO_KEEPER), "forbidden")
    if statement.state == StatementState.WITHDRAWN:
        return refused(_("It is withdrawn: press “Write on…” to make it a draft again."), "state")
    if statement.state not in WRITTEN:
        return refused(_("It is adopted: press “Write the next version” to change it."), "state")
    return ALLOWED


def can_discard(user: Anybody, statement: PolicyStatement) -> Verdict:
    """A draft that was never shown to anybody else is thrown away by its keepers."""
    if not (verdict := can_write(user, statement)):
        return verdict
    if statement.is_in_force:
        words = _("Version %(number)s is in force: press “Drop the next version…” to give up what is written now.")
        return refused(words % {"number": statement.adopted_version}, "state")
    if statement.reference is not None or statement.state != StatementState.DRAFT:
        return refused(_("It was under discussion or adopted: withdraw it instead."), "state")
    return ALLOWED


def reads_present(user: Anybody, statement: PolicyStatement) -> bool:
    """Say whether a reader of the statement reads what is written now, beside what was adopted."""
    if statement.state == StatementState.ADOPTED:
        return True
    who = viewer(user, timezone.localdate())
    if who.is_mission or who.is_administrator or statement.working_group_id in who.group_ids:
        return True
    return who.is_cop and statement.state == StatementState.DISCUSSED


def can_comment(user: Anybody, statement: PolicyStatement) -> Verdict:
    """Members of the community comment while it is discussed."""
    if not viewer(user, timezone.localdate()).is_cop:
        return refused(_("Members of the community of practice discuss statements."), "forbidden")
    if statement.state != StatementState.DISCUSSED:
        return refused(_("Comments are written while a statement is under discussion."), "state")
    return ALLOWED


def asks_still(statement: PolicyStatement, on: date) -> bool:
    """Say whether the day until which comments are asked for has not passed; who adopts before is told, not stopped."""
    is_open = statement.state == StatementState.DISCUSSED
    return is_open and statement.comments_until is not None and statement.comments_until >= on


# -- What verbs require ------------------------------------------------------------------------------------------------


def somebody_else_wrote(attempt: Attempt) -> Verdict:
    """Nobody adopts what they wrote, began or opened for discussion (TRUST 5)."""
    member = attempt.by.member if attempt.by is not None else None
    if member is not None and attempt.subject.writers.filter(pk=member.pk).exists():
        return refused(_("You wrote in it, began or opened it: somebody else adopts it."), "forbidden")
    return ALLOWED


def wrong_state(attempt: Attempt) -> Verdict:
    """Say how the statement stands."""
    words = _("This statement is %(state)s, from where this does not lead.")
    return refused(words % {"state": attempt.subject.get_state_display().lower()}, "state")


def has_lines(attempt: Attempt) -> Verdict:
    """A statement says something."""
    if attempt.subject.lines.exists():
        return ALLOWED
    return refused(_("Write at least one line first."), "requirement")


def has_version_in_force(attempt: Attempt) -> Verdict:
    """There is a version to go back to; where there is none the button is not shown."""
    if attempt.subject.is_in_force:
        return ALLOWED
    return refused(_("No version of it is in force, so there is nothing to go back to."), "done")


def each_line_has_evidence(attempt: Attempt) -> Verdict:
    """Lines rest on concrete experiences (DOMAIN section 1): one without is written on, or taken out.

    What is gone or kept back is nothing, and an uptake counts from committed on (decision 0103).
    """
    lines = shape_of(lines_of(attempt.subject))
    if bare := [line["number"] for line in lines if not line["evidence"]]:
        words = ngettext(
            "Line %(numbers)s rests on nothing yet: put an outcome or an uptake under it, or take it out.",
            "Lines %(numbers)s rest on nothing yet: put an outcome or an uptake under each, or take them out.",
            len(bare),
        )
        return refused(words % {"numbers": ", ".join(map(str, bare))}, "requirement")
    if early := [line["number"] for line in lines if not any(bears(piece) for piece in line["evidence"])]:
        words = ngettext(
            "Line %(numbers)s rests only on uptakes that are not committed, stopped, or not confirmed by their "
            "organisation: put an outcome, or an uptake that is committed or in use, under it, or take it out.",
            "Lines %(numbers)s rest only on uptakes that are not committed, stopped, or not confirmed by their "
            "organisation: put an outcome, or an uptake that is committed or in use, under each, or take them out.",
            len(early),
        )
        return refused(words % {"numbers": ", ".join(map(str, early))}, "requirement")
    return ALLOWED
