"""The chores of `community` that the scheduler runs."""

from __future__ import annotations

from datetime import datetime, time

from django.utils.translation import gettext_lazy as _

from community import heartbeats, jobs, links
from community.actions import export
from community.actions.enquiry import forget_enquiries
from community.actions.erasure import erase_due
from community.actions.erasure_letter import remind_of_erasures
from community.actions.notice import send_notices
from community.actions.outbox import send_outbox
from community.actions.retention import remind_of_retention
from community.actions.stray_files import sweep_daily
from community.chain import seal_chains
from community.contributions import ClockJob
from community.imports import preview_file


def _outbox(at: datetime) -> int:
    return send_outbox(at=at).sent


def _close_links(at: datetime) -> int:
    return links.expire(at) + links.forget_addresses(at)


def _forget_previews(at: datetime) -> int:
    return preview_file.forget_old(at)


CHORES = {
    "community.outbox": ClockJob(_("Send the mails that wait"), 1, _outbox),
    "community.jobs": ClockJob(_("Do the work that was left"), 1, jobs.run_due, lease_minutes=15),
    "community.worker": ClockJob(_("Ask the workers whether they are there"), 1, heartbeats.ask_worker),
    "community.links": ClockJob(_("Close links whose time is over"), 60, _close_links),
    "community.enquiries": ClockJob(_("Forget who asked from outside"), 60, forget_enquiries),
    "community.previews": ClockJob(_("Forget the files of imports that nobody confirmed"), 60, _forget_previews),
    "community.made_files": ClockJob(_("Remove files that were kept long enough"), 24 * 60, export.forget_old),
    "community.stray_files": ClockJob(
        _("Delete stored files that no entry names"), 24 * 60, sweep_daily, lease_minutes=60, daily_at=time(4, 0)
    ),
    "community.erasures": ClockJob(_("Erase who asked for it and waited"), 60, erase_due, lease_minutes=30),
    "community.erasure_reminders": ClockJob(_("Remind who is erased soon"), 60, remind_of_erasures),
    "community.notices": ClockJob(_("Tell people that somebody else entered them"), 60, send_notices),
    "community.retention": ClockJob(
        _("Date evidence, and remind of what may go"), 24 * 60, remind_of_retention, daily_at=time(6, 0)
    ),
    "community.seals": ClockJob(_("Seal the history"), 60, seal_chains),
}
