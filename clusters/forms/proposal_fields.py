"""Fields and the common ground of the five steps of a proposal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from clusters.forms.rows import DraftForm, RowSet
from clusters.models import Cluster
from clusters.rules.examples import is_example_text
from community.models import User
from community.validators import plain_line, plain_text

Words = str | Promise

TOO_LONG = gettext_lazy("Shorten this to %(limit)d characters. It has %(length)d.")
NOT_IN_LIST = gettext_lazy("Choose from the list.")
STILL_EXAMPLE = gettext_lazy("This is still the text of the example. Write your own.")
EXAMPLE_CLASS = "is-example"
LIST_LABELS: dict[str, Words] = {
    "objectives": gettext_lazy("Objectives"),
    "stages": gettext_lazy("Stages"),
    "people": gettext_lazy("Who takes part"),
}
_BREAKS = re.compile(r"\s*[\r\n\t\u2028\u2029]+\s*")


class Prose(forms.CharField):
    """Text of several lines; a line break counts as one sign, as on the page.

    No `maxlength` in the page: it would cut what is pasted without a word. The counter tells, the server refuses.
    """

    default_validators = [plain_text]

    def __init__(self, *, limit: int, rows: int = 3, **kwargs: Any) -> None:
        """Take at most `limit` signs."""
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(**kwargs)
        self.max_length = limit  # read by the counter beneath the field

    def to_python(self, value: Any) -> str:
        """Return the text with plain line breaks."""
        text: str = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def validate(self, value: str) -> None:
        """Refuse what is too long, with both figures.

        Raises:
            ValidationError: the text has more signs than the limit.
        """
        super().validate(value)
        limit = self.max_length or 0
        if len(value) > limit:
            raise ValidationError(TOO_LONG, code="long", params={"limit": limit, "length": len(value)})


class Line(Prose):
    """Text of one line; line breaks of a paste become spaces. Longer lines get a box of two rows."""

    default_validators = [plain_line]

    def __init__(self, *, limit: int, rows: int = 1, **kwargs: Any) -> None:
        """Take at most `limit` signs."""
        if rows == 1:
            kwargs.setdefault("widget", forms.TextInput())
        super().__init__(limit=limit, rows=rows, **kwargs)

    def to_python(self, value: Any) -> str:
        """Return the text in one line."""
        return _BREAKS.sub(" ", super().to_python(value))


def search_field(label: Any, hint: Any = "") -> forms.CharField:
    """Return a field in which one looks for something; it is never stored, so "(optional)" would say nothing."""
    widget = forms.TextInput(attrs={"type": "search", "autocomplete": "off"})
    return forms.CharField(label=label, help_text=hint, max_length=200, widget=widget)


def choice_field(label: Any, choices: Iterable[tuple[Any, Any]], **kwargs: Any) -> forms.ChoiceField:
    """Return a field for one of several, as radio buttons, with our sentence for anything else."""
    kwargs.setdefault("widget", forms.RadioSelect)
    return forms.ChoiceField(
        label=label, choices=list(choices), error_messages={"invalid_choice": NOT_IN_LIST}, **kwargs
    )


def several_field(label: Any, choices: Iterable[tuple[Any, Any]] = (), **kwargs: Any) -> forms.MultipleChoiceField:
    """Return a field for any of several, as check boxes."""
    kwargs.setdefault("required", False)
    return forms.MultipleChoiceField(
        label=label,
        choices=list(choices),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": NOT_IN_LIST, "invalid_list": NOT_IN_LIST},
        **kwargs,
    )


@dataclass(frozen=True)
class JoinedRows:
    """Rows of several lists, in the shape of a formset."""

    forms: list[forms.Form]
    is_bound: bool = False


class StepForm(DraftForm):
    """One step of a proposal: its fields, its lists of rows, and how they are laid out.

    Shows what is stored; or what was typed, judged (with errors, to be saved) or not (a row was added, something
    was looked for).
    """

    #: The names of the proposal's fields that this step writes: the only ones that a post can change.
    writes: ClassVar[tuple[str, ...]] = ()
    #: Which of them an error at a field of the page holds back, where it is not the one of the same name alone.
    holds: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def __init__(self, cluster: Cluster, user: User, *, typed: QueryDict | None = None, judged: bool = True) -> None:
        """Make the form for one cluster and the person who writes in it."""
        self.cluster = cluster
        self.user = user
        self.typed = typed
        self.judged = judged
        self.focused = ""
        super().__init__(typed if judged else None, label_suffix="")
        self.initial = self.stored()
        if typed is not None and not judged:
            self.initial = {
                name: field.widget.value_from_datadict(typed, {}, name) for name, field in self.fields.items()
            }
        self.row_sets: list[RowSet[Any]] = []
        self.prepare()
        for form in (self, *self.row_forms):
            mark_examples(form)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.include_media = False
        self.helper.layout = self.layout()

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that this form writes for this cluster as it stands."""
        return self.writes

    def focus_on(self, ident: str) -> None:
        """Let the field of that id have the focus when the page or its part arrives; buttons read `focused`."""
        self.focused = ident
        for form in (self, *self.row_forms):
            for name, field in form.fields.items():
                if form[name].auto_id == ident:
                    field.widget.attrs["autofocus"] = True

    def stored(self) -> dict[str, Any]:
        """Return the initial values from the cluster."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Fill choices and make the lists of rows."""

    def layout(self) -> Layout:
        """Return how the fields stand on the page."""
        raise NotImplementedError

    def values(self) -> dict[str, Any]:
        """Return what `save_step` takes; after `is_valid`."""
        raise NotImplementedError

    def rows(self, name: str, make: Any, stored: Iterable[Mapping[str, Any]], **limits: int) -> RowSet[Any]:
        """Make a list of rows in the same condition as the form, and remember it."""
        made: RowSet[Any] = RowSet(name, make, stored=stored, typed=self.typed, judged=self.judged, **limits)
        self.row_sets.append(made)
        return made

    @property
    def only_rows_are_wrong(self) -> bool:
        """Whether something is refused in the lists alone; the page's title says so for the fields by itself."""
        return self.is_bound and not self.errors and not all(row_set.is_valid() for row_set in self.row_sets)

    @property
    def all_rows(self) -> JoinedRows:
        """The rows in which something is typed, of all lists, as the summary of errors takes them."""
        return JoinedRows([form for row_set in self.row_sets for form in row_set.filled])

    @property
    def row_forms(self) -> list[forms.Form]:
        """All rows of all lists."""
        return [form for row_set in self.row_sets for form in row_set]

    def is_valid(self) -> bool:
        """Check the fields and the rows in which something is typed."""
        rows_are = all(row_set.is_valid() for row_set in self.row_sets)
        return super().is_valid() and rows_are

    @property
    def held(self) -> frozenset[str]:
        """The proposal's fields that can't be stored as they are typed: a list as a whole, for its rows have no key."""
        if NON_FIELD_ERRORS in self.errors:
            return frozenset(self.names)
        wrong = {name for field in self.errors for name in self.holds.get(field, (field,))}
        wrong |= {rows.name for rows in self.row_sets if not rows.is_valid()}
        return frozenset(self.names) & wrong

    def storable(self) -> dict[str, Any]:
        """Return `values` without what is held back: what a draft keeps of a step in which something is wrong."""
        for name in self.errors:
            if name in self.fields:
                self.cleaned_data.setdefault(name, self.fields[name].to_python(None))
        held = self.held
        return {name: value for name, value in self.values().items() if name not in held}

    def shown(self) -> list[tuple[str, str]]:
        """Return every field and list as (label, words), to be compared with the same step elsewhere."""
        fields = [
            (str(field.label), words_of(self[name]))
            for name, field in self.fields.items()
            if not name.startswith("find_") and not self[name].is_hidden
        ]
        lists = [
            (str(LIST_LABELS[rows.name]), "\n".join(self.row_words(row) for row in rows)) for rows in self.row_sets
        ]
        return fields + lists

    def row_words(self, row: Any) -> str:
        """Return one row in words."""
        return " · ".join(filter(None, (words_of(row[name]) for name in row.fields if name not in row.passive)))

    def current(self, name: str) -> Any:
        """Return what a field shows now: stored or typed."""
        return self[name].value()


def words_of(field: BoundField) -> str:
    """Return what a field shows now, in words: labels instead of keys, days as they are written."""
    value = field.value()
    choices = {str(key): str(label) for key, label in getattr(field.field, "choices", ())}
    if isinstance(value, bool):
        return str(gettext_lazy("yes")) if value else str(gettext_lazy("no"))
    if isinstance(value, list | tuple):
        return ", ".join(sorted(choices.get(str(key), str(key)) for key in value))
    if choices:
        return choices.get(str(value or ""), str(value or ""))
    return str(field.field.widget.format_value(value) or "")


def mark_examples(form: forms.Form) -> None:
    """Say at each field that still holds the text of an example that it does."""
    for name, field in form.fields.items():
        if isinstance(field, Prose) and is_example_text(str(form[name].value() or "")):
            form[name].help_text = str(STILL_EXAMPLE)
            field.is_example = True  # type: ignore[attr-defined]


def line(form: forms.Form, name: str, wrapper: str = "") -> Field:
    """Return a field for a layout; one that still holds an example is marked at its side."""
    is_example = getattr(form.fields[name], "is_example", False)
    classes = " ".join(filter(None, (wrapper, EXAMPLE_CLASS if is_example else "")))
    return Field(name, wrapper_class=classes) if classes else Field(name)


def part(template: str) -> HTML:
    """Return a template of `clusters/proposal/` for a layout."""
    return HTML('{% include "clusters/proposal/' + template + '" %}')


def section(title: Words, *fields: Any, ident: str = "") -> Div:
    """Return a part of a step under its own heading."""
    heading = HTML(format_html("<h3>{}</h3>", title))
    return Div(heading, *fields, css_class="step-part", css_id=ident or None)


def folded(summary: Words, is_open: bool, *fields: Any) -> Layout:
    """Return fields behind a line that opens them; open where something is filled in."""
    opening = '<details class="step-more" open>' if is_open else '<details class="step-more">'
    start = format_html("{}<summary>{}</summary>", SafeString(opening), summary)
    return Layout(HTML(start), Div(*fields), HTML("</details>"))
