"""Rows that are looked for while somebody types."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple

from community.validators import is_key


class Looked(AutocompleteSelect):
    """A row that is looked for while somebody types; a key that no database holds is drawn as no choice.

    What is at hand (`there`, the row that a part refers to already) is drawn without asking for it: a page with many
    parts asks as often as one with few.

    Django asks for the sent keys in one look-up (`pk__in`), which SQLite answers with an error where a number has more
    digits than a column holds. The field itself refuses such a key with a sentence.
    """

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """Return the chosen row, where it can be one."""
        there = getattr(self, "there", None)
        if there is not None and [str(one) for one in value] == [str(there.pk)]:
            options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
            label = self.choices.field.label_from_instance(there)
            return [(None, [*options, self.create_option(name, there.pk, label, True, len(options))], 0)]
        return super().optgroups(name, [one for one in value if not one or is_key(one)], attr)


class LookedSeveral(AutocompleteSelectMultiple):
    """Several such rows."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """Return the chosen rows, where they can be some."""
        return super().optgroups(name, [one for one in value if not one or is_key(one)], attr)
