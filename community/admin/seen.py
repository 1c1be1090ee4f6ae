"""What an administrator saw of a row when they began to write: another one's save in between is never overwritten."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _

from community.forms.merged import refuse_merged

STALE = _(
    "Somebody saved this while you were writing. Your text is still here; what stands in the registry now: %(now)s. "
    "Compare, then save again."
)


class SeenForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form that refuses a stale edit without losing what was typed.

    What was seen is the row's version; of a row without one it is a sign for the values in the fields of the form.
    """

    seen_version = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    #: Columns beside the fields of the form whose change makes an edit stale too.
    seen_besides: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Remember what the page was made from; what was merged meanwhile is no choice."""
        super().__init__(*args, **kwargs)
        refuse_merged(self)
        columns = {field.name for field in (*self._meta.model._meta.fields, *self._meta.model._meta.many_to_many)}
        # A formset adds the row's key and parent to the fields later on.
        self.compared = [name for name in self.fields if name in columns]
        if self.instance.pk is not None and "seen_version" in self.fields:
            self.initial["seen_version"] = self._sign(self.instance, dict(self.initial))

    def clean(self) -> dict[str, Any]:
        """Compare what was seen with what stands now, under a lock; what the form does not hold is read anew.

        Raises:
            ValidationError: something else stands; it names the columns that differ. Saving again writes over it.
        """
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "seen_version" not in self.fields or not self.is_compared():
            return cleaned
        self.lock_before()
        # Not the key: others write rows that refer to this one, an event of who acted to an account among them.
        rows = type(self.instance)._default_manager.select_for_update(of=("self",), no_key=True)
        now = rows.get(pk=self.instance.pk)
        sign = self._sign(now, model_to_dict(now, fields=self.compared))
        if cleaned.get("seen_version") != sign:
            data: Any = self.data
            self.data = data.copy()
            self.data[self.add_prefix("seen_version")] = sign  # type: ignore[index]
            raise ValidationError(STALE, code="stale", params={"now": self._differences(now)})
        for column in now._meta.concrete_fields:
            setattr(self.instance, column.attname, getattr(now, column.attname))
        return cleaned

    def lock_before(self) -> None:
        """Lock what the actions of this form lock before the row, so that no two wait for each other."""

    def is_compared(self) -> bool:
        """Tell whether there is something that it could write over."""
        return self.instance.pk is not None

    def _sign(self, row: Any, values: dict[str, Any]) -> str:
        """Return the version of a row, or a sign for its values."""
        if hasattr(row, "version"):
            return str(row.version)
        said = {name: _keys(values.get(name)) for name in self.compared}
        said |= {name: getattr(row, name) for name in self.seen_besides}
        return sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()

    def _differences(self, now: models.Model) -> str:
        """Return the columns whose present value is not what the form holds: "name: …; about: …"."""
        several = {field.name for field in now._meta.many_to_many}
        words = []
        for name in self.compared:
            typed, value = self.cleaned_data.get(name), getattr(now, name)
            if name in several:
                typed, value = _named(typed or ()), _named(value.all())
            if str(typed) != str(value):
                words.append(f"{self.fields[name].label}: {value}")
        return "; ".join(words) or str(_("the same as here"))


class PartForm(SeenForm):
    """A part of a row, which other pages write too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Hand what the part refers to, and was loaded with it, to the fields that show it."""
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            there = self.instance._state.fields_cache.get(name)
            if there is not None:
                widget: Any = field.widget
                getattr(widget, "widget", widget).there = there

    def is_compared(self) -> bool:
        """Leave rows alone in which nothing was typed."""
        return super().is_compared() and self.has_changed()


def _keys(value: Any) -> Any:
    """Return the keys of several rows in one order; any other value as it is."""
    if isinstance(value, QuerySet) or (isinstance(value, list) and any(isinstance(one, models.Model) for one in value)):
        return sorted(one.pk for one in value)
    return value


def _named(rows: Any) -> str:
    return ", ".join(sorted(map(str, rows)))
