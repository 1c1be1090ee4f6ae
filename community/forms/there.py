"""What a form says where something like it is there already: at its field, with the way to that one."""

from __future__ import annotations

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext

from community.permissions import Refusal


def say_it_is_there(form: forms.BaseForm, refusal: Refusal) -> None:
    """Put a refusal with the code "there" at its field, and beneath it a link to what is there; the text stays."""
    for obstacle in refusal.obstacles:
        form.add_error(obstacle.field, str(refusal.reason))
        field = form[obstacle.field]  # what is drawn: the form made it when it was judged
        link = format_html('<a href="{}">{}</a>', obstacle.url, gettext("Open the one that is there"))
        field.help_text = format_html("{} {}", field.help_text, link) if field.help_text else link
