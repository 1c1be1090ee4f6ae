"""Who may do what with a solution, what it lacks before it may be published, and who reads which of its files."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import contributions
from community.choices import FileVisibility, SolutionCapacity, SolutionStatus
from community.models import Appointment, File, Member, Partnership, Project, Solution, User
from community.permissions import ALLOWED, Obstacle, Verdict, refused
from community.querysets.project import ProjectQuerySet
from community.querysets.record import FileQuerySet
from community.querysets.solution import projects_of
from community.rights import MEMBERS_ONLY, Viewer
from community.visibility import is_administrator, is_cop, member_of

if TYPE_CHECKING:
    from community.lifecycle import Attempt

C = SolutionCapacity
#: Who words a solution.
WRITERS: Final = (C.PARTNER, C.COORDINATOR, C.ADMINISTRATOR)
#: As many as a page can show.
MAX_FILES: Final = 20
#: Files of a solution are for everybody, the community, or those who write it; it has no room.
FILE_CLASSES: Final = (FileVisibility.PUBLIC, FileVisibility.COP, FileVisibility.RESTRICTED)
STALE = _("This solution was changed while you were reading. Read what is new, then decide.")

#: What must be there before anybody is asked to publish it: field -> what to do.
NEEDED: Final = {
    "summary": _("Say in one sentence what it is."),
    "description": _("Describe it."),
    "challenges": _("Choose the challenge that it answers."),
    "type": _("Choose its type."),
    "maturity": _("Say how mature it is."),
    "where_tested": _("Say where it was tested, in words or by a territory."),
    "what_taker_needs": _("Say what a taker needs."),
    "licence": _("Name its licence, such as CC BY 4.0."),
    "languages": _("Choose the languages in which it can be had."),
    "contact": _("Name a contact, who is written to through a form."),
}
LINK_RIGHTS: Final = _("Say of each link who holds the rights to what stands there, and its licence.")


def solution_capacities(user: Viewer, solution: Solution, on: date) -> frozenset[str]:
    """Return as what `user` acts on a solution on the day `on`; one query."""
    held = {C.ADMINISTRATOR.value} if is_administrator(user) else set()
    me = member_of(user)
    if me is not None and is_cop(user):
        for is_partner, coordinates in Solution.objects.filter(pk=solution.pk).standing(me.pk, on):
            held |= ({C.PARTNER.value} if is_partner else set()) | ({C.COORDINATOR.value} if coordinates else set())
    return frozenset(held)


def projects_to_write_for(user: Viewer) -> ProjectQuerySet:
    """Return the projects whose results a person enters: their own; coordinators and administrators, all."""
    rows = Project.objects.all()
    me = member_of(user)
    if is_administrator(user):
        return rows
    if me is None or not is_cop(user):
        return rows.none()
    coordinates = Appointment.objects.current(timezone.localdate()).filter(member=me).exists()
    return rows if coordinates else rows.filter(pk__in=projects_of(me.pk))


def can_enter_solution(user: Viewer) -> Verdict:
    """Partners of a project enter its results; coordinators and administrators those of any project."""
    if not is_cop(user) and not is_administrator(user):
        return refused(MEMBERS_ONLY, "forbidden")
    if projects_to_write_for(user).exists():
        return ALLOWED
    return refused(
        _("Partners of a project enter its results, and you work for none. Ask a partner of it."), "forbidden"
    )


def can_write_solution(user: Viewer, solution: Solution, held: frozenset[str] | None = None) -> Verdict:
    """Partners of its project, coordinators and administrators word a solution until it is retired.

    `held` are the capacities where they are known already.
    """
    held = solution_capacities(user, solution, timezone.localdate()) if held is None else held
    if not held:
        return refused(_("Only partners of its project and coordinators change a solution."), "forbidden")
    if solution.status == SolutionStatus.RETIRED:
        return refused(_("This solution is retired. Put it back into the catalogue, then change it."), "state")
    return ALLOWED


def contacts_of(user: Viewer, projects: Any) -> Any:
    """Return who may be named as contact: people who work for partners of these projects."""
    today = timezone.localdate()
    partners = Partnership.objects.current(today).with_budget().filter(project__in=projects)
    return Member.objects.visible_to(user).of_organisations(partners.values("organisation"), today)


def can_write_to_contact(user: Viewer, solution: Solution) -> Verdict:
    """Any other member writes to the contact of a published solution."""
    if not is_cop(user):
        return refused(MEMBERS_ONLY, "forbidden")
    if not (reachable := has_reachable_contact(solution)):
        return reachable
    if (me := member_of(user)) is not None and me.pk == solution.contact_id:
        return refused(_("You are the contact yourself."), "state")
    return ALLOWED


def has_reachable_contact(solution: Solution) -> Verdict:
    """A mail to the contact of a published solution would arrive: what a form for everybody asks first."""
    if solution.status != SolutionStatus.PUBLISHED:
        return refused(_("Contacts are written to while their solution is published."), "state")
    if solution.contact is None:
        return refused(_("This solution names no contact. Ask a partner of its project."), "state")
    if solution.contact.user is None or not solution.contact.user.is_active:
        return refused(_("Its contact has no account at present, so no mail would arrive. Ask a partner."), "state")
    return ALLOWED


def files_for(user: Viewer, solution: Solution, held: frozenset[str]) -> FileQuerySet:
    """Return the files of a solution that `user` may fetch, oldest first; the solution itself is asked elsewhere."""
    classes = [FileVisibility.PUBLIC]
    if held or is_cop(user):
        classes.append(FileVisibility.COP)
    if held:
        classes.append(FileVisibility.RESTRICTED)
    mine = Q(uploaded_by=user) if isinstance(user, User) else Q(pk__in=[])
    rows = File.objects.present().about(solution)
    return rows.filter(Q(visibility__in=classes) | mine).order_by("uploaded_at", "pk")


def lacks(solution: Solution) -> list[Obstacle]:
    """Return what a solution lacks before it may be published, each with the field where it is mended."""
    has = {name: bool(getattr(solution, name)) for name in NEEDED if name not in ("challenges", "languages")}
    has["where_tested"] = has["where_tested"] or solution.tested_in.exists()
    has["challenges"], has["languages"] = solution.challenges.exists(), solution.languages.exists()
    missing = [Obstacle(sentence, field=name) for name, sentence in NEEDED.items() if not has[name]]
    if any(not (link.rights_holder and link.licence) for link in solution.links.all()):
        missing.append(Obstacle(LINK_RIGHTS, field="links"))
    return missing


def is_complete(attempt: Attempt) -> Verdict:
    """All that a taker looks for is there."""
    missing = lacks(attempt.subject)
    if not missing:
        return ALLOWED
    return refused(" ".join(str(one.sentence) for one in missing), "requirement", missing)


def is_unused(attempt: Attempt) -> Verdict:
    """Nothing public rests on it: what upper apps show by its title can't lead nowhere."""
    if any(uses(attempt.subject.pk) for uses in contributions.solution_uses):
        return refused(
            _(
                "Clusters that everybody sees work with it, took it up or reviewed it, so it can't be hidden. "
                "Retire it instead."
            ),
            "state",
        )
    return ALLOWED


def solution_four_eyes(attempt: Attempt) -> Verdict:
    """Who wrote the present words or submitted them leaves the publication to another coordinator."""
    own = {attempt.subject.written_by_id, attempt.subject.submitted_by_id}
    if attempt.by is not None and attempt.by.pk in own:
        return refused(_("You wrote or submitted this yourself: another coordinator publishes it."), "forbidden")
    return ALLOWED


def solution_wrong_state(attempt: Attempt) -> Verdict:
    """Say what state the solution is in instead."""
    label = attempt.subject.get_status_display()
    return refused(_("This can't be done now: the solution is “%(status)s”.") % {"status": label}, "state")


def seen_hash(solution: Solution) -> str:
    """Return what tells one wording of a solution from the next: every change raises its version."""
    return str(solution.version)
