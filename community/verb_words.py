"""Events of the community's chain in words, for the history pages of the admin and a person's own data."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Promise] = {
    "give_account": _("Got an account"),
    "change_address": _("Address changed"),
    "invite": _("Invited to join"),
    "take_back_invitation": _("Invitation taken back"),
    "accept_invitation": _("Joined"),
    "take_in": _("Came by an invitation into a cluster"),
    "make_member": _("Became a member"),
    "make_external": _("Became an external partner"),
    "leave_community": _("Left the community"),
    "deactivate_account": _("Account deactivated"),
    "reactivate_account": _("Account activated"),
    "reset_factors": _("Second factors reset"),
    "remove_target": _("Target taken away, it was a mistake"),
    "make_administrator": _("Made administrator"),
    "end_administrator": _("No longer administrator"),
    "make_superuser": _("Made superuser"),
    "end_superuser": _("No longer superuser"),
    "appoint": _("Appointed"),
    "end_appointment": _("Appointment ended"),
    "resume_appointment": _("Appointment goes on"),
    "note_absence": _("Absence noted"),
    "end_absence": _("Back from an absence"),
    "call_off_appointment": _("Appointment called off before it began"),
    "withdraw_appointment": _("Appointment withdrawn as a mistake"),
    "merge_member": _("Merged into another entry"),
    "take_in_member": _("Another entry was merged into this one"),
    "unmerge_member": _("The merge was taken back"),
    "release_member": _("A merge into this entry was taken back"),
    "merge_organisation": _("Merged into another entry"),
    "take_in_organisation": _("Another entry was merged into this one"),
    "unmerge_organisation": _("The merge was taken back"),
    "release_organisation": _("A merge into this entry was taken back"),
    "verify_organisation": _("Confirmed"),
    "retitle": _("New title"),
    "tell_otherwise": _("Told otherwise than by mail about this entry"),
    "give_consent": _("Consent given"),
    "withdraw_consent": _("Consent withdrawn"),
    "correct_own_data": _("Own entry corrected"),
    "ask_correction": _("Correction asked for"),
    "close_correction": _("Request for a correction closed"),
    "ask_erasure": _("Asked to be erased"),
    "record_erasure": _("Letter that asks for an erasure entered"),
    "withdraw_erasure": _("No longer asked to be erased"),
    "erase_member": _("Erased"),
    "keep_liaison": _("Entered"),
    "end_liaison": _("Ended"),
    "let_go_file": _("Deleted for good"),
    "say_me_too": _("“Me too” said"),
    "take_back_me_too": _("“Me too” taken back"),
    "raise_need": _("Raised"),
    "reword_need": _("Words changed"),
    "set_need_status": _("Status changed"),
    "submit_solution": _("Submitted for publication"),
    "publish_solution": _("Published"),
    "return_solution": _("Returned for changes"),
    "recall_solution": _("Recalled"),
    "retire_solution": _("Retired"),
    "take_back_solution": _("Taken out of the catalogue"),
    "reopen_solution": _("Put back into the catalogue"),
    "write_to_contact": _("A member wrote to the contact"),
    "write_to_member": _("A member wrote to this person"),
    "ask_contact": _("Somebody from outside wrote to the contact"),
    "add_file": _("A file was added"),
    "remove_file": _("A file was removed"),
}
ENTERED, CHANGED = _("Entered"), _("Changed")


def in_words(verb: str) -> Promise | str:
    """Return what was done; a verb of another table as its code reads."""
    if verb in WORDS:
        return WORDS[verb]
    if verb.startswith("add_"):
        return ENTERED
    if verb.startswith("change_"):
        return CHANGED
    return verb.replace("_", " ").replace(".", ": ").capitalize()
