"""A real browser to open a page in: Chromium without a window, if there is one here."""

import fcntl
import json
import os
import select
import shutil
import signal
from typing import ClassVar

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")

PATIENCE = 60  # seconds


def program():
    """Return the path of a Chromium, None if there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """A headless Chromium, led through the pipe that it offers to those who start it."""

    session: ClassVar[dict] = {}

    def __init__(self, program, home):
        theirs, self.to = os.pipe()
        self.back, ours = os.pipe()
        # It reads from 3 and writes to 4, and ours may have these numbers.
        high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (theirs, ours)]
        nowhere = [(os.POSIX_SPAWN_OPEN, end, os.devnull, os.O_RDWR, 0) for end in (0, 1, 2)]
        moves = [(os.POSIX_SPAWN_DUP2, end, at) for end, at in zip(high, (3, 4))]
        options = [*OPTIONS, "--remote-debugging-pipe", f"--user-data-dir={home}", "about:blank"]
        self.process = os.posix_spawn(
            program, [program, *options], os.environ, file_actions=[*nowhere, *moves]
        )
        for end in (theirs, ours, *high):
            os.close(end)
        self.events, self.rest, self.number = [], b"", 0
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self.session = {"sessionId": attached["sessionId"]}
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.ask(f"{domain}.enable")

    def ask(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params, **self.session}
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]

    def read(self):
        while b"\0" not in self.rest:
            assert select.select([self.back], [], [], PATIENCE)[0], "the browser does not answer"
            part = os.read(self.back, 1 << 20)
            assert part, "the browser is gone"
            self.rest += part
        message, _, self.rest = self.rest.partition(b"\0")
        answer = json.loads(message)
        if "method" in answer:
            self.events.append(answer)
        return answer

    def open(self, path, width):
        """Load a page at a width; return what happened meanwhile, by kind."""
        metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
        self.ask("Emulation.setDeviceMetricsOverride", **metrics)
        self.events.clear()
        self.ask("Page.navigate", url=path.as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.read()
        return [(event["method"], event.get("params", {})) for event in self.events]

    def value(self, expression):
        asked = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        return asked["result"]["value"]

    def close(self):
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self.to)
        os.close(self.back)
