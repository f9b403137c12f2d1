"""What happens outside while a script acts: facts that come in between two steps, orders to stop.

Facts are given as text (`"on(apple, floor) and not hand_empty()"`), as a list of such texts, as a
map from facts to whether they hold, or as a goal that is a fact or facts joined by `and`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from planscript.runtime.display import show
from planscript.runtime.errors import kind_in_words, run_error
from planscript.runtime.events import Posted
from planscript.runtime.library import Exports
from planscript.runtime.values import Builtin


def for_session(session: Any) -> list[Builtin]:
    """The functions of the module, which post to the session's own events."""
    exports = Exports()

    @exports("post(facts)", cost="1")
    def post(facts: Any) -> None:
        """Facts that have become true outside; they enter before the next step.

        >>> post("raining() and not open(road)")
        """
        session.acting.around.events.post(Posted(facts))

    @exports("interrupt(reason)", cost="1")
    def interrupt(reason: Any) -> None:
        """Stops the goal that is pursued (or the next one) before its next step.

        >>> interrupt("the customer has cancelled")
        """
        session.acting.around.events.post(Posted(None, show(reason)))

    @exports("ask(f)", cost="1")
    def ask(f: Callable[[], Any]) -> None:
        """Has `f()` called before each step; it gives the facts that are new, or none.

        >>> ask(fn(): none)
        """
        if not callable(f):
            raise run_error("TypeError", f"ask() takes a function, not {kind_in_words(f)}")
        session.acting.around.events.sources.append(f)

    @exports("take()")
    def take() -> list[Any]:
        """What has happened since the last step or `take`, for scripts that deal with it themselves:
        facts as they were posted or came in. Of an order to stop, its reason.

        >>> post("raining()")
        >>> take()[-1]
        raining()
        >>> take()
        []
        """
        around = session.acting.around
        told = [one.interrupt or one.facts for one in around.events.take()]
        return told + [arrival.text for arrival in around.arrivals()]

    @exports("watch(path)", needs="read")
    def watch(path: str) -> None:
        """Each line that is added to the file from now on is an event; `!` before it interrupts."""
        if type(path) is not str:
            raise run_error("TypeError", f"watch() takes a path as text, not {kind_in_words(path)}")
        session.inbox.watch(session.grants.path(path, "read"))

    return exports
