"""As what a user looks at clusters: asked once a request and day, then remembered on the user."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AnonymousUser

from clusters.choices import ENDED_STATES
from community.choices import Standing
from community.models import Appointment, User
from community.visibility import account, is_administrator, member_of

_REMEMBERED = "_cluster_viewer"


@dataclass(frozen=True)
class Viewer:
    """A visitor's or person's standing towards all clusters on one day.

    `group_ids` are the working groups that the person coordinates; `is_mission` says that it is the whole
    mission; `is_absent` that an appointment is suspended that day for all of them.
    """

    member_id: int | None = None
    is_cop: bool = False
    is_external: bool = False
    is_administrator: bool = False
    group_ids: frozenset[int] = frozenset()
    is_mission: bool = False

    @property
    def is_coordinator(self) -> bool:
        """Whether the person coordinates anything."""
        return self.is_mission or bool(self.group_ids)

    @property
    def is_guest(self) -> bool:
        """Whether the person is no member of the community: an external partner, or a former member."""
        return self.member_id is not None and not self.is_cop

    @property
    def is_former(self) -> bool:
        """Whether the person left the community: what they proposed stays theirs to read, and is written by others."""
        return self.is_guest and not self.is_external

    def has_left(self, state: str) -> bool:
        """Whether the person holds no part any more in a cluster of that state: its work is done, and so is theirs.

        A lead who left a cluster at work stays named until somebody takes it over (decision 0168); nobody takes over
        what has ended, and its coordinators keep the record (decision 0187).
        """
        return self.is_former and state in ENDED_STATES


VISITOR = Viewer()


def viewer(user: User | AnonymousUser | None, on: date) -> Viewer:
    """Return how `user` stands to clusters on the day `on`; one query for a person, none for a visitor."""
    known = account(user)
    if known is None:
        return VISITOR
    remembered: dict[date, Viewer] = known.__dict__.setdefault(_REMEMBERED, {})
    if on not in remembered:
        remembered[on] = _look_up(known, on)
    return remembered[on]


def _look_up(user: User, on: date) -> Viewer:
    """Ask the database for the person's appointments."""
    member = member_of(user)
    if member is None:
        return Viewer(is_administrator=is_administrator(user))
    groups: list[int | None] = []
    if member.standing == Standing.MEMBER:
        groups = Appointment.objects.groups_of(member.pk, on)
    return Viewer(
        member_id=member.pk,
        is_cop=member.standing == Standing.MEMBER,
        is_external=member.standing == Standing.EXTERNAL,
        is_administrator=is_administrator(user),
        group_ids=frozenset(pk for pk in groups if pk is not None),
        is_mission=None in groups,
    )
