"""The Django admin of what administrators keep: one noun a module, all on the site of `site.py`."""

from community.admin import (  # noqa: F401 - they register on import
    appointment,
    catalogue,
    member,
    organisation,
    project,
    records,
    user,
    vocabulary,
    working_group,
)
