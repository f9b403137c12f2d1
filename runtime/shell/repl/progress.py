"""Tells on one line of a terminal that work goes on, and for how long; elsewhere it is silent."""

from __future__ import annotations

import threading
import time
from typing import TextIO

PATIENCE = 0.4  # seconds of work before anything is said
EVERY = 0.1  # seconds between two looks
CLEAR = "\r\x1b[K"
WORK = {"loading": "loading the goal model", "planning": "planning"}


class Progress:
    """What goes on, told on `out` where that is a terminal."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self.shown = out.isatty()
        self._lock = threading.Lock()
        self._what = ""
        self._since = 0.0
        self._drawn = False
        self._ended: threading.Event | None = None

    def hear(self, kind: str) -> None:
        """An event of the session: the work it begins, or the end of what went on."""
        self.stop()
        if self.shown and kind in WORK:
            self._what, self._since = WORK[kind], time.monotonic()
            self._ended = threading.Event()
            threading.Thread(target=self._watch, args=(self._ended,), daemon=True).start()

    def stop(self) -> None:
        """The work is over; its line is taken away."""
        with self._lock:
            if self._ended is not None:
                self._ended.set()
                self._ended = None
            if self._drawn:
                self._out.write(CLEAR)
                self._out.flush()
                self._drawn = False

    def draw(self, seconds: float) -> None:
        """Writes the line over the one before, once the work has taken long enough."""
        if seconds >= PATIENCE:
            self._out.write(f"{CLEAR}· {self._what} … {seconds:.1f} s (Ctrl-C stops)")
            self._out.flush()
            self._drawn = True

    def _watch(self, ended: threading.Event) -> None:
        while not ended.wait(EVERY):
            with self._lock:
                if not ended.is_set():
                    self.draw(time.monotonic() - self._since)
