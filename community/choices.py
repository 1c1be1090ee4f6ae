"""Fixed words that the code branches on. What an administrator may edit is a `Term`."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Standing(TextChoices):
    """How a person stands to the community of practice."""

    MEMBER = "member", _("CoP member")
    EXTERNAL = "external", _("External partner")
    FORMER = "former", _("Former member")


class ConsentPurpose(TextChoices):
    """What a person may agree to; each is asked and withdrawn on its own."""

    DIRECTORY = "directory", _("Shown in the directory of the community")
    PUBLIC = "public", _("Shown on public pages")
    NAMED = "named", _("Named on factsheets and statements")


class ConsentExtent(IntegerChoices):
    """How much of a person the words of a consent to the directory name; more is not shown under them."""

    FIRST = 1, _("Name, organisation, function, languages and expertise, in the directory alone")
    WHOLE = 2, _("All that is shown: also about oneself, earlier work, what one coordinates and takes part in")


class ConsentWay(TextChoices):
    """How a consent came in."""

    FORM = "form", _("Form of the registry")
    PAPER = "paper", _("On paper")
    MAIL = "mail", _("By mail")
    DEMO = "demo", _("Demonstration")


class DataRequestKind(TextChoices):
    """What a person asks of the administrators about their own data."""

    ERASURE = "erasure", _("Erasure")
    CORRECTION = "correction", _("Correction")


class DataRequestStatus(TextChoices):
    """What became of such a request."""

    OPEN = "open", _("Waits")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ProjectFamily(TextChoices):
    """Which part of the community a project belongs to."""

    GOVERNANCE = "governance", _("Governance project")
    TRANSFER = "transfer", _("Thematic project")


class ProjectType(TextChoices):
    """The programme's type of a thematic project."""

    STUDY = "study", _("Study project")
    TEST = "test", _("Test project")
    TRANSFER = "transfer", _("Transfer project")
    STRATEGIC = "strategic", _("Strategic territorial project")


class PartnerRole(TextChoices):
    """How an organisation takes part in a project's consortium."""

    LP = "LP", _("Lead partner")
    PP = "PP", _("Project partner")
    AP = "AP", _("Associated partner")


class NutsVersion(TextChoices):
    """The version of the NUTS classification that a region's code belongs to."""

    NUTS_2021 = "2021", _("NUTS 2021")
    NUTS_2024 = "2024", _("NUTS 2024")


class TerritoryLevel(TextChoices):
    """What a territory is."""

    COUNTRY = "country", _("Country")
    NUTS1 = "nuts1", _("NUTS 1 region")
    NUTS2 = "nuts2", _("NUTS 2 region")
    NUTS3 = "nuts3", _("NUTS 3 region")
    SITE = "site", _("Site")
    SEA = "sea", _("Sea basin")


NUTS_LEVELS = (TerritoryLevel.NUTS1, TerritoryLevel.NUTS2, TerritoryLevel.NUTS3)


class Vocabulary(TextChoices):
    """The lists of terms that an administrator edits."""

    CHALLENGE = "challenge", _("Challenge")
    SOLUTION_TYPE = "solution_type", _("Type of solution")
    ORGANISATION_TYPE = "organisation_type", _("Type of organisation")
    MATURITY = "maturity", _("Maturity of a solution")
    SDG = "sdg", _("Sustainable Development Goal")
    OBJECTIVE = "objective", _("Specific objective")
    EXPERTISE = "expertise", _("Expertise")
    REVIEW_CRITERION = "review_criterion", _("Criterion of a peer review")


class NeedStatus(TextChoices):
    """How far a need has come."""

    OPEN = "open", _("Unmet")
    TAKEN_UP = "taken_up", _("Taken up")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")


#: Nothing has answered it yet.
OPEN_NEEDS = frozenset({NeedStatus.OPEN, NeedStatus.TAKEN_UP})
#: What lists call these in an address.
UNANSWERED = "unanswered"


class Urgency(TextChoices):
    """How soon a need wants an answer."""

    LOW = "low", _("Answer can wait")
    NORMAL = "normal", _("Answer wanted this year")
    HIGH = "high", _("Answer wanted within three months")


class SolutionStatus(TextChoices):
    """How far a solution is on its way into the catalogue, and out of it."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waits for a coordinator")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


#: Everybody reads these; a retired one says so and stands in no list that does not ask for it.
PUBLIC_SOLUTIONS = (SolutionStatus.PUBLISHED, SolutionStatus.RETIRED)


class SolutionCapacity(TextChoices):
    """As what a person acts on a solution."""

    PARTNER = "partner", _("partners of its project")
    COORDINATOR = "coordinator", _("coordinators")
    ADMINISTRATOR = "administrator", _("administrators")


class Language(TextChoices):
    """Languages in which a solution can be had: of the Union, and of its neighbours around the Mediterranean."""

    AR = "ar", _("Arabic")
    BS = "bs", _("Bosnian")
    BG = "bg", _("Bulgarian")
    CA = "ca", _("Catalan")
    HR = "hr", _("Croatian")
    CS = "cs", _("Czech")
    DA = "da", _("Danish")
    NL = "nl", _("Dutch")
    EN = "en", _("English")
    ET = "et", _("Estonian")
    FI = "fi", _("Finnish")
    FR = "fr", _("French")
    DE = "de", _("German")
    EL = "el", _("Greek")
    HE = "he", _("Hebrew")
    HU = "hu", _("Hungarian")
    GA = "ga", _("Irish")
    IT = "it", _("Italian")
    LV = "lv", _("Latvian")
    LT = "lt", _("Lithuanian")
    MK = "mk", _("Macedonian")
    MT = "mt", _("Maltese")
    CNR = "cnr", _("Montenegrin")
    PL = "pl", _("Polish")
    PT = "pt", _("Portuguese")
    RO = "ro", _("Romanian")
    SR = "sr", _("Serbian")
    SK = "sk", _("Slovak")
    SL = "sl", _("Slovenian")
    SQ = "sq", _("Albanian")
    ES = "es", _("Spanish")
    SV = "sv", _("Swedish")
    TR = "tr", _("Turkish")


class ExchangeKind(TextChoices):
    """The form of a peer exchange."""

    VISIT = "visit", _("Visit")
    CALL = "call", _("Call")
    MENTORSHIP = "mentorship", _("Mentorship")


class ExchangeStatus(TextChoices):
    """How far a peer exchange has come."""

    OFFERED = "offered", _("Offered")
    ASKED = "asked", _("Asked for")
    AGREED = "agreed", _("Agreed")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Withdrawn")


#: Somebody may still say "I would like to".
OPEN_EXCHANGES = (ExchangeStatus.OFFERED, ExchangeStatus.ASKED)


#: So many days after its agreement an exchange without days is asked what came of it; a mentorship takes longer.
ASKED_AFTER_DAYS, MENTORSHIP_ASKED_AFTER_DAYS = 30, 90


def asked_after(kind: str) -> int:
    """Return after how many days an exchange without days is asked what came of it."""
    return MENTORSHIP_ASKED_AFTER_DAYS if kind == ExchangeKind.MENTORSHIP else ASKED_AFTER_DAYS


class ExchangeCapacity(TextChoices):
    """As what a person acts on a peer exchange."""

    OPENER = "opener", _("who offered or asked")
    PARTNER = "partner", _("the other side of the agreement")
    ADMINISTRATOR = "administrator", _("administrators")
    CLOCK = "clock", _("the registry")


class MessageState(TextChoices):
    """Where an outbox row stands."""

    QUEUED = "queued", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Given up")
    CANCELLED = "cancelled", _("Cancelled")
    SUPERSEDED = "superseded", _("Replaced by a later one")
    KEPT = "kept", _("Kept without a mail")


#: What stands in a person's list of notifications: what was taken back or replaced does not.
SHOWN_MESSAGES = (MessageState.QUEUED, MessageState.SENT, MessageState.FAILED, MessageState.KEPT)


class LinkState(TextChoices):
    """Whether a signed link still opens something."""

    OPEN = "open", _("Open")
    USED = "used", _("Used")
    REVOKED = "revoked", _("Revoked")
    EXPIRED = "expired", _("Expired")


class InvitationState(TextChoices):
    """How far a member's invitation to the registry has come, derived from account, newest link and its mail."""

    JOINED = "joined", _("Joined")
    OPEN = "open", _("Invited, not answered yet")
    UNSENT = "unsent", _("Invited, mail not sent")
    EXPIRED = "expired", _("Invitation ran out")
    TAKEN_BACK = "taken_back", _("Invitation taken back")
    NONE = "none", _("Not invited yet")
    NO_ADDRESS = "no_address", _("No address")
    CLOSED = "closed", _("Account deactivated")


class EnquiryStatus(TextChoices):
    """How far a question from outside has come."""

    WAITING = "waiting", _("Waits for its writer")
    PASSED_ON = "passed_on", _("Passed on")
    DROPPED = "dropped", _("Taken back")
    EXPIRED = "expired", _("Not confirmed in time")


class FileVisibility(TextChoices):
    """Who may fetch a file."""

    PUBLIC = "public", _("Public")
    COP = "cop", _("Community of practice")
    ROOM = "room", _("Who takes part")
    RESTRICTED = "restricted", _("Restricted")


class JobState(TextChoices):
    """Where a piece of background work stands."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Stopped")


OPEN_JOB_STATES = (JobState.QUEUED, JobState.RUNNING)


class ItemState(TextChoices):
    """Where one item of a job stands."""

    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class FileRemoval(TextChoices):
    """Why a job's file is not there any more, or was not made."""

    EXPIRED = "expired", _("It was kept long enough. Ask for it again.")
    CLOSED = "closed", _("The account of who asked was closed.")
    FILTER = "filter", _("The filter means something else now. Look at the list, and ask for the file again.")
    ERASURE = "erasure", _("Somebody was erased who may have stood in it. Ask for it again.")


class RedactionTarget(TextChoices):
    """What a row of the redaction ledger emptied or withdrew."""

    EVENT_DETAIL = "event_detail", _("Detail of an event")
    EDITION = "edition", _("Edition")
    ISSUE = "issue", _("Issue")
    TRANSLATION = "translation", _("Translation of an issue")
    STATEMENT = "statement", _("Version of a policy statement")
    LINE = "line", _("Line of an adopted statement")
    STAGE = "stage", _("Stage of a frozen roadmap")


class RedactionReason(TextChoices):
    """Why something was emptied or withdrawn."""

    ERASURE = "erasure", _("Erasure of a person")
    CONSENT = "consent", _("Consent withdrawn")
    CORRECTION = "correction", _("Correction of personal data")


class Whereabouts(TextChoices):
    """What lists ask of places that no single place answers; see `TerritoryQuerySet.asked`."""

    OUTSIDE = "outside", _("Outside the programme area")
    NOWHERE = "none", _("Without a place")
    NO_REGION = "no-region", _("In no single region")


class Rhythm(TextChoices):
    """How often a person wants mail on a topic."""

    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("One mail a day")
    WEEKLY = "weekly", _("One mail a week")
    NEVER = "never", _("No mail")


#: Rhythms whose mails are gathered into one.
GATHERED = (Rhythm.DAILY, Rhythm.WEEKLY)
