"""The words of a reminder inside its mail, by the parameters of its row."""

from __future__ import annotations

from django import template

from clusters.notifications import reminder_words

register = template.Library()

PARTS = {
    "subject": reminder_words.subject_of,
    "said": reminder_words.said_of,
    "action": reminder_words.action_of,
}


@register.simple_tag(takes_context=True)
def reminder(context: template.Context, part: str) -> str:
    """Say the `subject`, what is `said`, or the `action` of a reminder; "" in a mail that is none."""
    params = context.flatten()
    return PARTS[part](params) if params.get("rule") in reminder_words.WORDS else ""  # type: ignore[arg-type]
