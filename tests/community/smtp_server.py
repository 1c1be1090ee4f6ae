"""A mail server on this machine that fails as told: refuses, delays, drops the line in mid-mail, forgets to answer."""

from __future__ import annotations

import socketserver
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

#: What the server does to the next mail of an address, one after the other; then it behaves.
REFUSE_LATER, REFUSE, SLOW, DROP, DROP_AFTER = "451", "550", "slow", "drop in mid-message", "drop after the message"
#: The same two answers after the whole message was read: for now, and for good.
FULL, TOO_LARGE = "452 after the message", "552 after the message"
#: The server takes the mail, and its answer never comes: the line stays open, and silent.
TAKE_AND_HANG = "taken, answered never"


class Session(socketserver.StreamRequestHandler):
    """One connection, in as much of the protocol as a client needs."""

    server: Any

    def handle(self) -> None:
        """Answer until the client leaves or the plan drops it."""
        self._say(220, "ready")
        recipient = ""
        for raw in self.rfile:
            word = raw[:4].upper()
            if word == b"QUIT":
                self._say(221, "bye")
                return
            if word == b"RCPT":
                recipient = raw.decode().partition("<")[2].partition(">")[0]
                if not self._accept(recipient):
                    continue
            if word == b"DATA":
                if not self._take(recipient):
                    return
                continue
            self._say(250, "yes")

    def _accept(self, recipient: str) -> bool:
        step = self.server.next_step(recipient, REFUSE, REFUSE_LATER)
        if step:
            self._say(int(step), "no")
        return not step

    def _take(self, recipient: str) -> bool:
        """Read one mail as planned; False ends the connection."""
        self._say(354, "go on")
        self.server.tries[recipient] += 1
        step = self.server.next_step(recipient, SLOW, DROP, DROP_AFTER, TAKE_AND_HANG, FULL, TOO_LARGE)
        if step == DROP:
            self.rfile.readline()
            return False
        body = b""
        for line in self.rfile:
            if line == b".\r\n":
                break
            body += line
        if step in (FULL, TOO_LARGE):
            self._say(int(step[:3]), "no")
            return True
        if step == SLOW:
            self.server.patience.wait(2)
            return False
        self.server.patience.wait(self.server.pause)
        self.server.deliver(recipient, body)
        if step == TAKE_AND_HANG:
            self.server.patience.wait(2)
        if step in (DROP_AFTER, TAKE_AND_HANG):
            return False
        self._say(250, "taken")
        return True

    def _say(self, code: int, words: str) -> None:
        self.wfile.write(f"{code} {words}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    """Keeps what it took: every copy in `copies`, and as a mailbox does, one of each Message-ID in `mails`.

    `tries` counts how often the text of a mail was begun for an address. It thinks `pause` seconds over each mail.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.plan: dict[str, list[str]] = {}
        self.copies: Counter[tuple[str, str]] = Counter()
        self.tries: Counter[str] = Counter()
        self.pause = 0.0
        self.mails: dict[tuple[str, str], EmailMessage] = {}
        self.patience = threading.Event()

    def next_step(self, recipient: str, *kinds: str) -> str:
        """Return and use up what is planned next for an address, if it is one of these kinds; else ""."""
        steps = self.plan.get(recipient, [])
        return steps.pop(0) if steps and steps[0] in kinds else ""

    def deliver(self, recipient: str, body: bytes) -> None:
        """Take a mail."""
        mail: Any = message_from_bytes(body, policy=policy.default)
        key = (recipient, str(mail["Message-ID"]))
        self.copies[key] += 1
        self.mails.setdefault(key, mail)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a server while the block lasts."""
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.patience.set()
            server.shutdown()
            thread.join(5)
