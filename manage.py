#!/usr/bin/env python3
"""Django's command line for the cluster registry."""

import os
import sys


def main() -> None:
    """Run an administrative command; a wrong setting ends it with one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line

    from config.environment import WrongSetting

    try:
        _ = settings.DEBUG  # loads them
    except WrongSetting as error:
        sys.exit(str(error))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
