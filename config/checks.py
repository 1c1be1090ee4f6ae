"""System checks of what the machine must have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks

from config.machine import natives


@checks.register("machine")
def native_libraries(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Warn when the PDF renderer's libraries are missing: the site works, PDFs cannot be made."""
    missing = natives.missing()
    if not missing:
        return []
    names = ", ".join(library.name for library in missing)
    ways = "; ".join(f"{system}: {command}" for system, command in natives.commands().items())
    return [checks.Warning(f"PDFs cannot be made: {names} cannot be loaded.", hint=ways, id="config.W001")]
