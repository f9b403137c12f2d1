"""What all tests need of the process they run in."""

import os
import signal

from hypothesis import settings


def pytest_configure() -> None:
    """Ctrl-C works: a shell that starts the tests in the background has it ignored.

    Properties are not timed: how long an example takes is the computer's affair. In continuous
    integration they are tried on the same examples in every run.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    settings.register_profile("untimed", deadline=None)
    settings.load_profile("untimed")
    settings.register_profile("ci", derandomize=True, deadline=None)
    if os.environ.get("CI"):
        settings.load_profile("ci")
