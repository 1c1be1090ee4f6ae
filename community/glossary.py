"""The words of the project, one per thing, and who does what: shown on the help page and on "What is a cluster"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


@dataclass(frozen=True)
class Entry:
    """A word or a role with its meaning; `icon` names its picture where it has one."""

    term: Words
    meaning: Words
    icon: str = ""


WORDS: Final = (
    Entry(
        _("Cluster"),
        _(
            "A small working group with concrete objectives that answers one specific question, need or issue. It"
            " is result-based and has a start, an end and a roadmap."
        ),
    ),
    Entry(
        _("Community of practice, CoP"),
        _("Everybody: the two governance projects, the thematic projects and their associated partners."),
    ),
    Entry(
        _("Mission4Nature, M4N"),
        _(
            "The two governance projects of the Natural Heritage Mission together: Community4Nature (C4N) and "
            "Dialogue4Nature (D4N)."
        ),
    ),
    Entry(_("Transfer project"), _("A thematic project whose results the clusters transfer.")),
    Entry(
        _("LP, PP, AP"),
        _(
            "Lead partner, project partner and associated partner of a project. Lead and project partners may "
            "lead a cluster, associated partners take part."
        ),
    ),
    Entry(_("Working group, WG"), _("A standing thematic group. Its coordinators review and decide on the proposals.")),
    Entry(_("External partner"), _("Anyone of relevance outside the community who is invited into one cluster.")),
    Entry(
        _("Need"),
        _("A question somebody in the community wants answered. Others say “me too”; a cluster may take it up."),
    ),
    Entry(_("Solution"), _("A transferable result of a project, kept in the catalogue of transferable solutions.")),
    Entry(
        _("Room"),
        _(
            "Where those who take part in a cluster work together: discussion, files with their versions, meetings, "
            "messages to all. Others read why it is closed to them."
        ),
    ),
    Entry(
        _("Roadmap"),
        _(
            "The stages of a cluster with their dates. At the start it is frozen as the baseline, against which "
            "slips are shown."
        ),
    ),
    Entry(
        _("Amendment"),
        _(
            "A change of what was approved: question, objectives, scope, dates or lead. The lead puts it forward,"
            " a coordinator accepts it."
        ),
    ),
    Entry(_("Outcome"), _("What came of a cluster: one of six kinds.")),
    Entry(
        _("Uptake, adoption"),
        _(
            "An organisation in a territory takes a solution up. It is declared by the cluster, and documented "
            "once that organisation confirms it with a document."
        ),
    ),
    Entry(
        _("Chain"),
        _(
            "Where something comes from and where it went: need, solution, cluster, outcome, uptake and line of "
            "policy, each with its day. It stands on the page of each of them."
        ),
    ),
    Entry(
        _("Idle solution"),
        _(
            "A published solution with which no public cluster works and which no organisation has taken up yet, as "
            "far as everybody may read. It waits for a taker: Matches shows open needs that it may answer."
        ),
    ),
    Entry(
        _("Coverage"),
        _("In which regions, projects and working groups clusters work, and where nothing clusters yet."),
    ),
    Entry(
        _("Transfer by osmosis"),
        _("Informal exchange from peer to peer. It is an outcome, and it is not counted as uptake."),
    ),
    Entry(
        _("Peer exchange"),
        _("A visit, a call or a mentorship between a member who offers and one who asks."),
    ),
    Entry(
        _("Advice panel"), _("People with the required expertise who answer concrete questions of a cluster or a need.")
    ),
    Entry(_("Multi-actor platform"), _("The page of a sector or challenge, where all kinds of actors meet.")),
    Entry(_("Liaison"), _("An outside network or institution with which a working group or cluster keeps contact.")),
    Entry(
        _("Policy statement"),
        _("A text that a working group builds for policy makers. Its lines rest on the outcomes of clusters."),
    ),
    Entry(
        _("Factsheet"),
        _(
            "The summary that describes a cluster and is reported to the CoP. It is issued in versions that never"
            " change."
        ),
    ),
    Entry(
        _("Translation"),
        _(
            "The texts of a cluster in another language, written by its people. A version of the factsheet is issued in"
            " it besides its own language; what is not translated stands in the original and says so."
        ),
    ),
    Entry(_("Four eyes"), _("Nobody decides on a proposal or amendment of their own, nor on one that they lead.")),
)

ROLES: Final = (
    Entry(_("Visitor"), _("Reads public pages, factsheets and feeds, without an account.")),
    Entry(
        _("Member"), _("Sees all that the community sees, raises needs, proposes clusters, asks to join and follows.")
    ),
    Entry(_("Proposer"), _("Writes the proposal, names a lead, answers the coordinator's questions.")),
    Entry(
        _("Lead and deputy lead"),
        _(
            "Work the roadmap, invite and accept participants, record outcomes, conclude. The lead belongs to a "
            "lead or project partner."
        ),
    ),
    Entry(_("Participant"), _("Writes notes, adds files and comments, suggests amendments in the cluster.")),
    Entry(_("External partner"), _("Takes part in the clusters they were invited to, until 30 days after the end.")),
    Entry(
        _("Coordinator"),
        _("Reviews and decides on the proposals of a working group, reports, drafts policy statements."),
    ),
    Entry(
        _("Administrator"), _("Keeps members, organisations, projects, vocabularies and texts. Decides on no cluster.")
    ),
)

OUTCOMES: Final = (
    Entry(_("Transference"), _("Knowledge or a solution passes from one organisation to another."), "result"),
    Entry(_("Networking"), _("Contacts that go on after the cluster."), "people"),
    Entry(_("Answering a specific problem"), _("The question gets its answer."), "need"),
    Entry(_("Adoption"), _("An organisation takes a solution up."), "uptake"),
    Entry(_("Peer revision of community results"), _("A result of the community is reviewed by peers."), "check"),
    Entry(
        _("Concrete experiences for policy statements"),
        _("A line of a policy statement can rest on it."),
        "policy",
    ),
)

#: Clusters of 2025, as they were launched.
EXAMPLES: Final = (
    Entry(_("Tools for Environmental Governance"), _("Launched in June 2025")),
    Entry(_("Adaptation to climate change in coastal areas"), _("Launched in Athens, 2–3 July 2025")),
    Entry(_("Tools for disaster risk reduction"), _("Launched in Athens, 2–3 July 2025")),
    Entry(_("Forest management"), _("Launched in Athens, 2–3 July 2025")),
    Entry(_("Nature-based solutions for flood regulation"), _("Launched in Athens, 2–3 July 2025")),
    Entry(_("Governance solutions for Mediterranean marine protected areas"), _("A workshop of one day, 2025")),
)
