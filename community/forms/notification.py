"""How often mails come: one choice for each topic, for all or for one cluster."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from community import contributions
from community.choices import Rhythm
from community.contributions import MailTopic

AS_FOR_ALL = ("", _("As for all"))


def topics() -> list[tuple[str, MailTopic]]:
    """Return codes and topics of all mails, in their order."""
    registry = contributions.mail_topics
    return sorted(((code, registry.get(code)) for code in registry.codes()), key=lambda pair: pair[1].order)


class RhythmsForm(forms.Form):
    """A choice for each topic that may be chosen; those that may not are told by `fixed`.

    With `is_for_one` each may also follow what is chosen for all.
    """

    def __init__(self, *args: Any, chosen: dict[str, str], is_for_one: bool = False, **kwargs: Any) -> None:
        """Make the fields; `chosen` maps topics to rhythms."""
        super().__init__(*args, **kwargs)
        first = [AS_FOR_ALL] if is_for_one else []
        self.names: dict[str, str] = {}
        for code, topic in topics():
            if topic.why_at_once:
                continue
            name = code.replace(".", "-")
            words: Any = topic
            self.names[name] = code
            self.fields[name] = forms.ChoiceField(
                label=words.label,
                help_text=words.hint,
                choices=[*first, *Rhythm.choices],
                required=not is_for_one,
                initial=chosen.get(code, "" if is_for_one else Rhythm.AT_ONCE),
            )

    @property
    def fixed(self) -> list[MailTopic]:
        """The topics that are sent at once whatever is chosen."""
        return [topic for _code, topic in topics() if topic.why_at_once]

    @property
    def rhythms(self) -> dict[str, str]:
        """What was chosen, by topic."""
        return {code: self.cleaned_data[name] for name, code in self.names.items()}
