"""What clusters adds to pages and chores that community draws and runs; filled by `apps.py`."""


def register() -> None:
    """Register desk items, page sections, reminders, chores and menu entries."""
