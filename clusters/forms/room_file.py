"""Forms of the files of a room: a new one, a further version, name and visibility."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.forms.evidence import EvidenceForm
from clusters.models import RoomFile
from clusters.models.room import ROOM_VISIBILITIES
from community.choices import FileVisibility
from community.forms.lines import short_line
from community.forms.merging import MergingForm

VISIBILITY_HINT = _("Files for the community and public ones stand on this page for others, too.")


def _visibility() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Who may fetch it"),
        choices=[(one.value, one.label) for one in ROOM_VISIBILITIES],
        initial=FileVisibility.ROOM,
        widget=forms.RadioSelect,
        help_text=VISIBILITY_HINT,
    )


class RoomFileForm(EvidenceForm):
    """A file for the room: what it is, whose it is, under which licence, and who may fetch it."""

    visibility = _visibility()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say what names of persons mean here."""
        super().__init__(*args, **kwargs)
        self.fields["visibility"].help_text = VISIBILITY_HINT
        self.fields["holds_names"].help_text = _("The lead, the coordinators and you alone fetch it then.")


class VersionForm(RoomFileForm):
    """A further version of a file: its own rights, and what is new in it."""

    note = short_line(_("What is new"), 200, help_text=_("Such as “With the wells behind the dune”."))
    field_order = ("content", "note", "rights_holder", "licence", "is_free_for_eu_use", "holds_names")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Leave out what belongs to the file, not to one version."""
        super().__init__(*args, **kwargs)
        for name in ("title", "visibility"):
            del self.fields[name]


class RoomFileChangeForm(MergingForm):
    """Name and visibility of a file with all its versions."""

    opens_in_page = False

    title = short_line(_("What it is"), 160, required=True, error_messages={"required": _("Say what the file is.")})
    visibility = _visibility()

    def __init__(self, *args: Any, room_file: RoomFile, **kwargs: Any) -> None:
        """Start from the file as it stands."""
        kwargs["initial"] = {
            "title": room_file.title,
            "visibility": room_file.visibility,
            "seen_version": room_file.version,
        }
        super().__init__(*args, ident="room_file", **{"auto_id": "id_%s", **kwargs})
