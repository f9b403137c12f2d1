"""What to do when a step fails: try again, leave it out, plan anew, or give up. Decides; acts not.

The policy comes from the options of `achieve`, those of `perform` outweigh it for their action, and
an `on fail` clause outweighs both. Every way is bounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from planscript.runtime.pddl.model import Atom

LONGEST_PAUSE = 60.0  # seconds; a back-off that doubles stops here


@dataclass(frozen=True, slots=True)
class Policy:
    """How long to go on.

    Args:
        retries: how often a step that failed is tried again before plans leave it out.
        backoff: seconds before the first retry; each further one of the same step waits twice as
            long.
        replans: how many plans may be made for one goal after the first.
        max_actions: how many steps may be begun for one goal, failed ones included.
        step_timeout: seconds that a handler may take (None: as long as it likes).
    """

    retries: int = 3
    backoff: float = 0.0
    replans: int = 50
    max_actions: int = 1000
    step_timeout: float | None = None


class StepInDoubt(BaseException):
    """A step was cut off by the end of the process, and may have been done or not.

    No script can catch it: it leaves the handler that is being run again.
    """


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that failed: why, the how-manieth time, and whether it took too long."""

    step: Atom
    reason: str
    attempts: int
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done about a failure.

    "retry" after `pause` seconds, "exclude" the ground step from all further plans, "replan"
    without prejudice, "give_up" with a reason.
    """

    kind: Literal["retry", "exclude", "replan", "give_up"]
    pause: float = 0.0
    reason: str = ""


def decide(failure: Failure, policy: Policy) -> Decision:
    """The decision where no clause of the script has made one."""
    if failure.attempts > policy.retries:
        return Decision("exclude")
    return Decision("retry", pause_before(failure.attempts, policy.backoff))


def pause_before(attempt: int, first: float) -> float:
    """The pause before the retry of this number (1: the first), in seconds."""
    return min(first * 2.0 ** min(attempt - 1, 60), LONGEST_PAUSE)
