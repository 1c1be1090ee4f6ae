"""A process in which Django stands ready, and which forks one for each command: importing it all takes longer."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

#: Reads what to run, line by line, and where to write; says how each process ended. What is forked goes on as Python
#: does with such arguments, from its first line to its last breath.
STANDS = """
import json, os, sys
import django; django.setup()
import config.urls
for _line in sys.stdin:
    _given = json.loads(_line)
    _child = os.fork()
    if not _child:
        break
    print(os.waitstatus_to_exitcode(os.waitpid(_child, 0)[1]), flush=True)
else:
    sys.exit()
for _number, _path in enumerate((os.devnull, *_given["into"])):
    os.dup2(os.open(_path, os.O_RDWR | os.O_CREAT), _number)
sys.argv = _given["arguments"]
if sys.argv[0] == "-c":
    exec(compile(sys.argv.pop(1), "<string>", "exec"), {"__name__": "__main__"})
else:
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
"""


class Standing:
    """Runs commands, each in a process of its own that has everything imported."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process, self._folder = process, folder

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run `-c code …` or `manage.py …` to its end; return how it ended and what it said.

        Raises:
            AssertionError: the process that stands ready is there no more.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.TemporaryDirectory(dir=self._folder) as place:
            into = [str(Path(place, name)) for name in ("out", "errors")]
            print(json.dumps({"arguments": arguments, "into": into}), file=self._process.stdin, flush=True)
            ended = self._process.stdout.readline()
            assert ended, f"nobody stands ready: {self._process.communicate()[1]}"
            return int(ended), "".join(Path(path).read_text() for path in into).strip()


@contextmanager
def standing(cwd: Path, env: Mapping[str, str]) -> Iterator[Standing]:
    """Have a process stand ready, with these settings, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="registry-standing-") as folder:
        process = subprocess.Popen(
            [sys.executable, "-c", STANDS],
            cwd=cwd,
            env=env,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            yield Standing(process, Path(folder))
        finally:
            process.communicate()  # it ends with its input
