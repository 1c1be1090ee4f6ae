"""History's sentences of what happens in a cluster's room, and who reads them: those who read the room."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise

#: Kinds of subject that stand in the room: their events are for its readers alone.
ROOM_KINDS = ("comment", "room_file", "meeting", "room_message")
#: What everybody reads: that it happened. Its words are a `message`, for those who work on the cluster.
TOLD_TO_ALL = frozenset({"meeting.decided"})

#: verb -> (sentence with %(who)s, icon, tone)
ROOM_SENTENCES: dict[str, tuple[Words, str, str]] = {
    "room.thread_started": (_("%(who)s began a discussion in the room."), "need", ""),
    "room.commented": (_("%(who)s wrote a comment in the room."), "need", ""),
    "room.comment_changed": (_("%(who)s changed a comment in the room."), "edit", ""),
    "room.comment_withdrawn": (_("%(who)s took a comment in the room back."), "undo", ""),
    "room.comment_hidden": (_("%(who)s hid a comment in the room."), "lock", ""),
    "room.comment_shown": (_("%(who)s showed a hidden comment in the room again."), "undo", ""),
    "room.file_added": (_("%(who)s added a file to the room."), "file", ""),
    "room.file_version_added": (_("%(who)s added a new version of a file of the room."), "file", ""),
    "room.file_changed": (_("%(who)s changed name or visibility of a file of the room."), "edit", ""),
    "room.file_removed": (_("%(who)s removed a file from the room."), "cross", ""),
    "room.message_sent": (_("%(who)s sent a message to all who take part: %(title)s"), "mail", ""),
    "meeting.called": (_("%(who)s called a meeting: %(title)s"), "calendar", ""),
    "meeting.changed": (_("%(who)s changed a meeting: %(title)s"), "calendar", ""),
    "meeting.cancelled": (_("%(who)s cancelled a meeting: %(title)s"), "cross", ""),
    "meeting.minuted": (_("%(who)s wrote minutes or attendance of a meeting: %(title)s"), "edit", ""),
    "meeting.accepted": (_("%(who)s said they come to a meeting: %(title)s"), "check", ""),
    "meeting.declined": (_("%(who)s said they can't come to a meeting: %(title)s"), "cross", ""),
    "meeting.decided": (_("%(who)s noted a decision of a meeting."), "check", ""),
    "meeting.decision_taken_back": (_("%(who)s took a noted decision of a meeting back."), "undo", ""),
}
