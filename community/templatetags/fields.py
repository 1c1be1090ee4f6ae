"""Form fields in the registry's markup: one look for crispy, plain Django and allauth forms."""

from __future__ import annotations

from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField, BoundWidget
from django.forms.forms import BaseForm
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.forms.kept import Kept, kept

register = template.Library()

MOST_AT_A_GLANCE = 16  # choices: more of them get a place of their own to scroll in
COUNTED_FROM = 100  # characters: shorter limits are seen without counting


@register.filter
def field_kind(field: BoundField) -> str:
    """Return how a field is drawn: "tick" (one check box), "group" (several inputs under a legend) or "line"."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        return "group"
    if isinstance(widget, forms.CheckboxInput):
        return "tick"
    if getattr(widget, "use_fieldset", False):
        return "parts"
    return "line"


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """Draw the input alone, with the class of its kind; date inputs become `type=date` with ISO values.

    A placeholder is left out: allauth's say the label once more, and vanish while one types.
    """
    widget = field.field.widget
    attrs: dict[str, Any] = {"placeholder": False}
    classes = str(widget.attrs.get("class", ""))
    own = "form-select" if isinstance(widget, forms.Select) else "form-control"
    if not isinstance(widget, forms.CheckboxInput | forms.CheckboxSelectMultiple | forms.RadioSelect):
        attrs["class"] = " ".join(dict.fromkeys([*classes.split(), own]))
    if isinstance(widget, forms.DateInput) and widget.input_type == "text":
        widget.input_type = "date"
        widget.format = "%Y-%m-%d"
    if counter_limit(field):
        attrs["data-counter"] = f"{field.auto_id}_counter"
    return field.as_widget(attrs=attrs)


@register.filter
def is_long(field: BoundField) -> bool:
    """Say whether a group has so many choices that it gets a place of its own to scroll in."""
    return len(field) > MOST_AT_A_GLANCE


@register.filter
def options(field: BoundField) -> list[BoundWidget]:
    """Return the choices of a group; of many those that are ticked come first, where they are seen."""
    found = list(field)
    return sorted(found, key=lambda one: not one.data.get("selected")) if is_long(field) else found


@register.filter
def option_hint(field: BoundField, option: BoundWidget) -> str:
    """Return the sentence that explains a choice: `option_hints` of the form field, a dict by value."""
    hints = getattr(field.field, "option_hints", {})
    return str(hints.get(str(option.data.get("value")), ""))


@register.filter
def counter_limit(field: BoundField) -> int:
    """Return the limit of characters that is worth counting on the page; 0 for none."""
    limit = getattr(field.field, "max_length", None)
    widget = field.field.widget
    is_prose = isinstance(widget, forms.Textarea) or getattr(widget, "input_type", "") == "text"
    if not limit or not is_prose:
        return 0
    return int(limit) if limit >= COUNTED_FROM else 0


@register.filter
def characters(field: BoundField) -> int:
    """Return how many characters stand in the field, a line break counted once as in the browser."""
    return len(str(field.value() or "").replace("\r\n", "\n"))


@register.filter
def anchor(field: BoundField) -> str:
    """Return the id that a link to the field leads to: its input, or its group."""
    if field_kind(field) in {"group", "parts"}:
        return f"{field.auto_id}_group"
    return field.id_for_label or field.auto_id


@register.inclusion_tag("components/errsum.html")
def error_summary(*given: BaseForm | Any, title: str = "") -> dict[str, Any]:
    """Say on top of a form what is to be put right, each line a link to its field.

    Takes one or more forms or formsets; draws nothing when all are in order.
    """
    problems: list[tuple[str, str, str]] = []
    for form in _forms(given):
        problems += [("", "", str(error)) for error in plain_errors(form)]
        for field in form:
            if not field.is_hidden:
                problems += [(anchor(field), str(field.label), str(error)) for error in field.errors]
    for formset in given:
        if hasattr(formset, "non_form_errors") and formset.is_bound:
            problems += [("", "", str(error)) for error in formset.non_form_errors()]
    count = len(problems)
    words = title or ngettext(
        "%(count)d thing to put right before you go on", "%(count)d things to put right before you go on", count
    ) % {"count": count}
    return {"problems": problems, "title": words}


@register.filter
def plain_errors(form: BaseForm) -> list[str]:
    """Return what is wrong with the form as a whole; a hidden input lost or broken is said without its name.

    One that stands in the address (`is_in_the_address`) says itself what is wrong with it: no page was incomplete.
    """
    errors = [str(error) for error in form.non_field_errors()]
    wrong = [field for field in form.hidden_fields() if field.errors]
    told = [field for field in wrong if getattr(field.field, "is_in_the_address", False)]
    errors += [str(error) for field in told for error in field.errors]
    if len(told) < len(wrong):
        errors.append(_("This page was incomplete or out of date. What you typed is kept: open the page anew."))
    return errors


def _forms(given: tuple[BaseForm | Any, ...]) -> list[BaseForm]:
    found: list[BaseForm] = []
    for part in given:
        if hasattr(part, "forms"):
            found += [form for form in part.forms if form.is_bound]
        elif part is not None and part != "" and part.is_bound:
            found.append(part)
    return found


@register.filter
def page_title(title: str, form: Any) -> str:
    """Put "Error:" before the title of a page whose form was refused."""
    if getattr(form, "is_bound", False) and form.errors:
        return _("Error: %(title)s") % {"title": title}
    return title


@register.filter(name="kept")
def kept_of(request: HttpRequest | None) -> Kept:
    """Return what was typed into a refused form and is worth keeping; never passwords or tokens."""
    return kept(request)
