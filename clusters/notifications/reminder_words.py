"""The words of reminders: what is wanted, why, and what the button says; one row a rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


@dataclass(frozen=True)
class ReminderWords:
    """What one rule says. Placeholders: title, part, day. `label` names the rule, `late` is said after the day."""

    label: Words
    subject: Words
    said: Words
    action: Words
    late: Words = ""


WORDS: dict[str, ReminderWords] = {
    "undecided": ReminderWords(
        _("Proposal waits for a decision"),
        _("Please decide on “%(title)s”"),
        _("It was proposed on %(day)s and nobody has decided on it yet."),
        _("Review the proposal"),
    ),
    "lead_asked": ReminderWords(
        _("Named lead has not answered"),
        _("Please say whether you lead “%(title)s”"),
        _("You were asked on %(day)s. It can't be approved before you accept; if you decline, somebody else is named."),
        _("Accept or decline"),
    ),
    "idle": ReminderWords(
        _("Returned proposal rests"),
        _("Please go on with “%(title)s”"),
        _("It was returned for changes and nobody has worked on it since %(day)s."),
        _("Change the proposal"),
    ),
    "orphaned": ReminderWords(
        _("Returned proposal rests, its people are no longer there"),
        _("Please adopt “%(title)s”, or leave it"),
        _(
            "It was returned for changes and nobody has worked on it since %(day)s: proposer and lead are no longer "
            "there. A coordinator who adopts it goes on with it in their place."
        ),
        _("Adopt the proposal"),
    ),
    "start": ReminderWords(
        _("Planned start"),
        _("Please start “%(title)s”"),
        _("Its planned start is on %(day)s."),
        _("Start the cluster"),
        late=_("Its planned start was on %(day)s. Start it, or move its start by an amendment."),
    ),
    "end": ReminderWords(
        _("Planned end"),
        _("Please bring “%(title)s” to its end"),
        _("Its planned end is on %(day)s. Record what came of it, then conclude."),
        _("Conclude the cluster"),
        late=_("Its planned end was on %(day)s. Conclude it, or move its end by an amendment."),
    ),
    "lead_ended": ReminderWords(
        _("The lead may not lead any more"),
        _("Please find a new lead for “%(title)s”"),
        _(
            "On %(day)s the registry noticed that its lead may not lead any more: the partnership ended too long ago, "
            "the lead works there no more or is no longer there. Hand the lead over, or discontinue the cluster."
        ),
        _("Hand over the lead"),
    ),
    "stage": ReminderWords(
        _("Stage is due"),
        _("Please update the stage “%(part)s” of “%(title)s”"),
        _("The stage is planned to end on %(day)s."),
        _("Open the stage"),
        late=_("The stage was planned to end on %(day)s. Say that it is done, drop it or give it another day."),
    ),
    "condition": ReminderWords(
        _("Condition of the approval is due"),
        _("Please meet a condition of “%(title)s”"),
        _("“%(part)s” is due on %(day)s."),
        _("Report it as met"),
        late=_("“%(part)s” was due on %(day)s."),
    ),
    "condition_met": ReminderWords(
        _("Condition waits to be confirmed"),
        _("Please confirm a condition of “%(title)s”"),
        _("The lead reported “%(part)s” as met on %(day)s."),
        _("Confirm or waive"),
    ),
    "invitation": ReminderWords(
        _("Invitation is not answered"),
        _("Please answer the invitation to “%(title)s”"),
        _("You were invited on %(day)s. Nobody must take part: say yes or no."),
        _("Answer the invitation"),
    ),
    "address": ReminderWords(
        _("Invitation to an address is not answered"),
        _("Invitation to “%(title)s”"),
        _("You were invited on %(day)s. Nobody must take part: say yes or no."),
        _("See the invitation"),
    ),
    "confirmation": ReminderWords(
        _("Adopting organisation has not answered"),
        _("Please say whether “%(title)s” is used"),
        _("Your organisation was asked on %(day)s."),
        _("Answer"),
    ),
    "request": ReminderWords(
        _("Request to join is not answered"),
        _("Please answer who would join “%(title)s”"),
        _("Somebody asked on %(day)s to take part and waits for an answer."),
        _("Answer the request"),
    ),
    "suggestion": ReminderWords(
        _("Suggested amendment waits"),
        _("Please answer a suggested change of “%(title)s”"),
        _("It was suggested on %(day)s. Put it forward, or turn it down with a reason."),
        _("Open the amendment"),
    ),
    "new_lead": ReminderWords(
        _("Asked to take over the lead"),
        _("Please say whether you take over “%(title)s”"),
        _("You were asked on %(day)s to take over the lead."),
        _("Accept or decline"),
    ),
    "amendment": ReminderWords(
        _("Amendment waits for a decision"),
        _("Please decide on an amendment of “%(title)s”"),
        _("It was put forward on %(day)s."),
        _("Decide on the amendment"),
    ),
    "merge": ReminderWords(
        _("Merge waits for an answer"),
        _("Please answer whether “%(title)s” goes into a cluster of your group"),
        _("It was asked on %(day)s."),
        _("Agree or refuse"),
    ),
    "follow_up": ReminderWords(
        _("Follow-up after the end"),
        _("Please say what became of “%(title)s”"),
        _("You were asked on %(day)s whether what came of it is in use."),
        _("Answer the question"),
    ),
    "meeting": ReminderWords(
        _("Meeting is ahead"),
        _("Meeting on %(day)s: %(part)s (“%(title)s”)"),
        _("The meeting “%(part)s” is on %(day)s. Time, place and agenda stand on its page."),
        _("See the meeting"),
    ),
    "roadmap": ReminderWords(
        _("Roadmap is old"),
        _("Please say whether the roadmap of “%(title)s” is still true"),
        _("Nobody has confirmed or changed it since %(day)s."),
        _("Look at the roadmap"),
    ),
    "report": ReminderWords(
        _("Ended and not reported yet"),
        _("Please report “%(title)s” to the community"),
        _("It ended on %(day)s and stands in no report yet."),
        _("Open the cluster"),
    ),
    "statement": ReminderWords(
        _("Policy statement waits to be adopted"),
        _("Please adopt “%(title)s”, or say what is missing"),
        _("Since %(day)s it waits for somebody who did not write in it."),
        _("Open the statement"),
    ),
    "statement_comments": ReminderWords(
        _("Comments on a policy statement end"),
        _("Please read “%(title)s” before comments end"),
        _("Comments are asked for until %(day)s."),
        _("Read and comment"),
        late=_("Comments ended on %(day)s. Take in what was said; then somebody who did not write in it adopts it."),
    ),
    "exchange_wish": ReminderWords(
        _("Somebody would like to take part in an exchange"),
        _("Please answer who would like to: “%(title)s”"),
        _("Since %(day)s somebody waits for your answer. Agree with somebody, or withdraw the exchange."),
        _("Answer"),
    ),
    "exchange_done": ReminderWords(
        _("What came of an exchange is not said"),
        _("Please say what came of “%(title)s”"),
        _("Its last day was %(day)s. One sentence is enough; others learn from it. If it did not happen, call it off."),
        _("Say what came of it"),
    ),
    "exchange_undated": ReminderWords(
        _("What came of an exchange is not said"),
        _("Please say what came of “%(title)s”"),
        _("It was agreed without days and had time until %(day)s. Say what came of it, or call it off."),
        _("Say what came of it"),
    ),
}


def subject_of(params: dict[str, Any]) -> str:
    """Return the subject line of a reminder by its parameters: it says what is wanted."""
    return str(WORDS[params["rule"]].subject) % _values(params)


def said_of(params: dict[str, Any]) -> str:
    """Return the sentence of a reminder."""
    words = WORDS[params["rule"]]
    return str(words.late if params.get("is_late") and words.late else words.said) % _values(params)


def action_of(params: dict[str, Any]) -> str:
    """Return what its button says."""
    return str(WORDS[params["rule"]].action)


def _values(params: dict[str, Any]) -> dict[str, str]:
    return {
        "title": str(params.get("title", "")),
        "part": str(params.get("part", "")),
        "day": date_format(date.fromisoformat(params["day"]), "j F Y"),
    }
