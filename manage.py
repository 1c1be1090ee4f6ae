#!/usr/bin/env python3
"""Django's command line for the cluster registry."""

import os
import sys
from contextlib import suppress


def main() -> None:
    """Run an administrative command; one line ends it for a wrong setting, a silent store of files and a stray root."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line
    from django.core.management.base import CommandError, CommandParser, handle_default_options

    from config.environment import WrongSetting

    parser = CommandParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--settings")
    parser.add_argument("--pythonpath")
    with suppress(CommandError):  # Django says it again
        handle_default_options(parser.parse_known_args(sys.argv[2:])[0])
    try:
        _ = settings.DEBUG  # loads them, of the module that the command names
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
