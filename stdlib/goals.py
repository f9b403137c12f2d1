"""Goals in words: what a text means in a world, how sure that is, and how it is said in English and Chinese.

A text is in words of either language, or a formula of PDDL. `world` is the world that a text is about;
none is the one in scope. What is not understood is a GoalError: NotAGoal, Inexpressible, UnknownObject
or Ambiguous.
"""

from __future__ import annotations

from typing import Any

from planscript.runtime import problems, values
from planscript.runtime.errors import run_error
from planscript.runtime.goals.doubts import GoalDoubt, Scope
from planscript.runtime.library import Exports, want_text, want_whole
from planscript.runtime.pddl.model import TRUE, Formula
from planscript.runtime.pddl.reader import read_formula
from planscript.runtime.pddl.writer import write_formula
from planscript.runtime.values import Builtin
from planscript.runtime.world import World


def for_session(session: Any) -> list[Builtin]:
    """The functions of the module; the session says which world is in scope."""
    exports = Exports()

    def place(world: Any, name: str) -> World:
        given = values.WorldValue("world", None) if world is None else world
        return problems.world_of(session, given, name)

    def words(formula: Formula, language: str, world: World) -> str:
        return str(session.acting.speaker(language, world).goal(formula))

    @exports("compile(text, world=none)")
    def compile(text: str, world: Any = None) -> Any:
        """The goal that a text means, with its `words`, `pddl` and `confidence`.

        Unlike `goal "..."`, it is understood at once, and in any world.

        >>> import planning
        >>> compile("(at book farm)", planning.sample()).pddl
        (at book farm)
        >>> let w = planning.sample()
        >>> planning.solve(planning.problem(compile("(loaded book)", w), w))
        plan [load(book, depot)]
        """
        where = place(world, "compile")
        said = want_text(text, "compile")
        if said.lstrip().startswith("("):
            return values.GoalValue(formula=problems.formula_in(session, said, where))
        goal = session.acting.goal_value(said)
        problems.formula_in(session, goal, where)
        return goal

    @exports("alternatives(text, world=none, k=5)")
    def alternatives(text: str, world: Any = None, k: int = 5) -> list[dict[str, Any]]:
        """What a text may mean, likeliest first: up to k maps with goal, words and confidence.

        What the lock file says comes first. A text that `compile` refuses may have readings as well.

        >>> import planning
        >>> [(r["words"], r["confidence"]) for r in alternatives("(loaded book)", planning.sample())]
        [("The book is in the van.", 1.0)]
        """
        where = place(world, "alternatives")
        want_whole(k, "alternatives", 1, 100)
        return [
            {
                "goal": values.GoalValue(formula=formula, confidence=sure),
                "words": words(formula, session.acting.language_of(text), where),
                "confidence": sure,
            }
            for formula, sure in _readings(session, want_text(text, "alternatives"), where)[:k]
        ]

    @exports("confidence(text, world=none)")
    def confidence(text: str, world: Any = None) -> float:
        """How likely it is, from 0 to 1, that the best reading of a text is what it means.

        >>> import planning
        >>> confidence("(loaded book)", planning.sample())
        1.0
        """
        found = _readings(session, want_text(text, "confidence"), place(world, "confidence"))
        return found[0][1] if found else 0.0

    @exports('say(goal, language="en", world=none)')
    def say(goal: Any, language: str = "en", world: Any = None) -> str:
        """A goal of any world in words: "en" is English, "zh" Chinese.

        >>> import planning
        >>> say("(forall (?p - parcel) (at ?p farm))", "en", planning.sample())
        Every parcel is at the farm.
        >>> say("(not (at book farm))", "zh", planning.sample())
        book不在farm。
        """
        where = place(world, "say")
        _check_language(language, "say")
        return words(problems.formula_in(session, goal, where), language, where)

    @exports("translate(text, to=none, world=none)")
    def translate(text: str, to: str | None = None, world: Any = None) -> str:
        """A text in the other language (or in "en" or "zh"), by way of the goal that it means.

        What is not understood is not translated: it is a GoalError.

        >>> import planning
        >>> translate("(exists (?p - parcel) (loaded ?p))", "zh", planning.sample())
        某个parcel在货车上。
        """
        where = place(world, "translate")
        said = want_text(text, "translate")
        if to is None:
            to = "en" if session.acting.language_of(said) == "zh" else "zh"
        _check_language(to, "translate")
        return words(problems.formula_in(session, said, where), to, where)

    @exports("same_meaning(a, b, world=none)")
    def same_meaning(a: Any, b: Any, world: Any = None) -> bool:
        """Whether two texts or goals ask for the same in a world.

        >>> import planning
        >>> let w = planning.sample()
        >>> same_meaning("(forall (?p - parcel) (loaded ?p))", "(and (loaded vase) (loaded book))", w)
        true
        """
        return _relation(session, a, b, place(world, "same_meaning")) == "same"

    @exports("compare(a, b, world=none)")
    def compare(a: Any, b: Any, world: Any = None) -> str:
        """What a text or goal is to another: "same", "stronger", "weaker", "contradictory" or
        "independent".

        It is stronger where the other always holds when it does, and contradictory where both never
        hold at once. What no action changes is as it is in the world.

        >>> import planning
        >>> let w = planning.sample()
        >>> compare("(and (at book farm) (at vase farm))", "(at book farm)", w)
        stronger
        >>> compare("(at book farm)", "(at book mill)", w)
        contradictory
        >>> compare("(at book farm)", "(at vase farm)", w)
        independent
        """
        return _relation(session, a, b, place(world, "compare"))

    return exports


def _check_language(language: Any, name: str) -> None:
    if language not in ("en", "zh"):
        raise run_error("ValueError", f'the languages of {name}() are "en" and "zh"')


def _readings(session: Any, text: str, world: World) -> list[tuple[Formula, float]]:
    """What a text may mean, with how likely that is; a journal answers for the model."""
    if text.lstrip().startswith("("):
        return [(problems.formula_in(session, text, world), 1.0)]

    def live() -> list[list[Any]]:
        scope = Scope(world.domain, world.objects, world.state)
        try:
            found = session.compiler.readings(text, scope)
        except GoalDoubt as doubt:  # goals are frozen, and this one is not locked
            first = doubt.diagnostics[0]
            raise run_error(doubt.kind, first.title, first.hint, text=text, readings=[]) from None
        return [[write_formula(one.goal), one.confidence] for one in found]

    told = session.acting.around.services.ask("goal readings", text, live)
    return [(read_formula(pddl, world.domain, world.objects), sure) for pddl, sure in told]


def _relation(session: Any, a: Any, b: Any, world: World) -> str:
    from planscript.runtime.goals import meaning

    one, other = (problems.formula_in(session, goal, world) for goal in (a, b))
    problem = world.plain_problem(TRUE)
    invariants = problems.invariants_of(problem)
    try:
        return meaning.relation(one, other, problem, invariants, world.unknown)
    except meaning.TooLarge:
        raise run_error("ValueError", "these goals are too large to be compared") from None
