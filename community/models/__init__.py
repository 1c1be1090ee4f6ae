"""The models of `community`, one noun a module."""

from community.models.comment import Comment
from community.models.data_request import DataRequest
from community.models.enquiry import Enquiry
from community.models.event import ChainHead, Event, EventDetail, Redaction, Seal
from community.models.exchange import ExchangeLanguage, ExchangeWish, Liaison, PeerExchange
from community.models.file import File
from community.models.job import Heartbeat, Job, JobItem, ScheduledJob
from community.models.link import SignedLink
from community.models.member import Affiliation, Consent, ConsentWording, Member
from community.models.message import Message
from community.models.need import MeToo, Need
from community.models.organisation import Organisation
from community.models.project import Partnership, Project
from community.models.solution import Solution, SolutionLanguage, SolutionLink
from community.models.subscription import NotificationPreference, Subscription
from community.models.term import Term
from community.models.territory import Territory
from community.models.text import DemoMarker, Text
from community.models.user import User
from community.models.working_group import Appointment, WorkingGroup, WorkingGroupTitle

__all__ = [
    "Affiliation",
    "Appointment",
    "ChainHead",
    "Comment",
    "Consent",
    "ConsentWording",
    "DataRequest",
    "DemoMarker",
    "Enquiry",
    "Event",
    "EventDetail",
    "ExchangeLanguage",
    "ExchangeWish",
    "File",
    "Heartbeat",
    "Job",
    "JobItem",
    "Liaison",
    "MeToo",
    "Member",
    "Message",
    "Need",
    "NotificationPreference",
    "Organisation",
    "Partnership",
    "PeerExchange",
    "Project",
    "Redaction",
    "ScheduledJob",
    "Seal",
    "SignedLink",
    "Solution",
    "SolutionLanguage",
    "SolutionLink",
    "Subscription",
    "Term",
    "Territory",
    "Text",
    "User",
    "WorkingGroup",
    "WorkingGroupTitle",
]
