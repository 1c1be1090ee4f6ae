"""Every column of `community`, and of the packages that it signs people in with, that refers to a person."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from community.contributions import PersonColumn as Column

_OF_ANOTHER = _("It is the data of the other person, who gets it.")
_UNUSED = _("The registry grants nothing by groups.")

COLUMNS: Final[dict[str, Column]] = {
    "community.Member.user": Column(why_not=_("The account stands under “Your account”.")),
    "community.Member.merged_into": Column(_("Entries of you that were found to be the same"), "key created_at"),
    "community.Member_expertise.member": Column(_("Your expertise"), "term", is_deleted=True),
    "community.Affiliation.member": Column(
        _("Where you work and worked"), "organisation function is_main from_on until_on", empties="function"
    ),
    "community.Consent.member": Column(_("Your consents"), "purpose wording wording__text given_at withdrawn_at how"),
    "community.Consent.recorded_by": Column(why_not=_OF_ANOTHER),
    "community.Comment_mentions.member": Column(_("Comments that mention you"), "comment_id", is_deleted=True),
    "community.Comment.by": Column(record="clusters.comments"),
    "community.Comment.hidden_by": Column(
        _("Comments that you hid"), "hidden_at hidden_reason", empties="hidden_reason"
    ),
    "community.DataRequest.member": Column(
        _("What you asked about your data"),
        "kind status text answer asked_at due_at recorded_at closed_at",
        empties="text answer",
    ),
    "community.DataRequest.recorded_by": Column(_("Letters about data that you entered"), "kind status recorded_at"),
    "community.DataRequest.closed_by": Column(_("Requests about data that you closed"), "kind status closed_at"),
    "community.Event.by": Column(record="community.events"),
    "community.Redaction.by": Column(_("What you had emptied or withdrawn"), "at target reason"),
    "community.Appointment.member": Column(
        _("What you coordinate and coordinated"), "working_group from_on until_on absent_until withdrawn_at"
    ),
    "community.PeerExchange.offered_by": Column(record="community.exchanges"),
    "community.PeerExchange.asked_by": Column(record="community.exchanges"),
    "community.ExchangeWish.member": Column(record="community.exchange_wishes"),
    "community.Liaison.kept_by": Column(record="community.liaisons"),
    "community.File.uploaded_by": Column(
        _("Files that you uploaded"),
        "title original_name content_type size sha256 visibility holds_names uploaded_at retain_until removed_at"
        " gone_at",
    ),
    "community.Job.by": Column(_("Work that you asked the registry to do"), "task state created_at finished_at"),
    "community.SignedLink.user": Column(
        _("Links that were sent to you"), "purpose state created_at sent_at expires_at used_at"
    ),
    "community.SignedLink.by": Column(_("Links that you had sent to others"), "purpose state created_at"),
    "community.Message.to": Column(
        _("Mails and notifications to you"), "template about state created_at sent_at read_at", is_deleted=True
    ),
    "community.Need.raised_by": Column(
        _("Needs that you raised"), "question description organisation urgency status raised_at"
    ),
    "community.MeToo.member": Column(_("Needs that are yours too"), "need organisation note said_at", empties="note"),
    "community.Solution.contact": Column(_("Solutions whose contact you are"), "title", is_cleared=True),
    "community.Solution.written_by": Column(_("Solutions that you wrote"), "title status created_at"),
    "community.Solution.submitted_by": Column(_("Solutions that you submitted"), "title status"),
    "community.Subscription.user": Column(_("What you follow"), "kind subject_id since_at", is_deleted=True),
    "community.NotificationPreference.user": Column(
        _("How often you want mails"), "topic about rhythm", is_deleted=True
    ),
    "community.User_groups.user": Column(why_not=_UNUSED, is_deleted=True),
    "community.User_user_permissions.user": Column(why_not=_UNUSED, is_deleted=True),
    "admin.LogEntry.user": Column(_("Log of the administration"), "action_time object_repr", is_deleted=True),
    "account.EmailAddress.user": Column(_("Your e-mail addresses"), "email verified primary", is_deleted=True),
    "mfa.Authenticator.user": Column(
        _("Your second factors and passkeys"), "type created_at last_used_at", is_deleted=True
    ),
    "socialaccount.SocialAccount.user": Column(
        _("Sign-ins elsewhere"), "provider uid last_login date_joined extra_data", is_deleted=True
    ),
    "usersessions.UserSession.user": Column(
        _("Devices signed in"), "ip user_agent created_at last_seen_at", is_deleted=True
    ),
}
