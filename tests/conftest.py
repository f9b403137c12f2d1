"""What all tests need of the process they run in."""

import signal


def pytest_configure() -> None:
    """Ctrl-C works: a shell that starts the tests in the background has it ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
