#!/usr/bin/env python3
"""Django's command line for the cluster registry."""

import os
import sys


def main() -> None:
    """Run an administrative command; one line ends it for a wrong setting, a silent store of files and a stray root."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line

    from config.environment import WrongSetting

    try:
        _ = settings.DEBUG  # loads them
    except WrongSetting as error:
        sys.exit(str(error))
    from community.store_away import StoreAway
    from config.as_root import stop_root

    stop_root(sys.argv)
    try:
        execute_from_command_line(sys.argv)
    except StoreAway as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"The store of files does not answer. Give the same command again in a few minutes: {error}")


if __name__ == "__main__":
    main()
