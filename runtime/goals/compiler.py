"""Natural language to a goal of the domain in scope: the lock first, then the model.

Text with slots is compiled once into a template, in which the slots' objects stand as `{name}`, and
filled for each value. What the model does not know how to say, or is not sure of, is an error that
carries the readings. Torch is imported only when a text is not in the lock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from planscript.lang.diagnostics import Diagnostic
from planscript.runtime.goals.doubts import GoalDoubt as GoalDoubt
from planscript.runtime.goals.doubts import (
    Reading,
    diagnose,
    near_names,
    unknown_objects,
)
from planscript.runtime.goals.doubts import Scope as Scope
from planscript.runtime.goals.loading import Loading
from planscript.runtime.goals.lock import DoubtKind, Entry, Lock, normal_text, signature
from planscript.runtime.pddl.model import Domain, Formula
from planscript.runtime.pddl.reader import read_formula
from planscript.runtime.pddl.writer import write_formula

if TYPE_CHECKING:
    from planscript.runtime.goals.language_model import LanguageModel
    from planscript.runtime.goals.predict import GoalModel, Prediction, Prepared

WORTH_LOCKING = 0.05  # readings less likely than this are not recorded with a refusal


@dataclass(frozen=True, slots=True)
class Hole:
    """A slot of a text: its name and the object (model name) that fills it this time."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class CompiledGoal:
    """A goal, where it came from, and how sure the model was of it."""

    goal: Formula
    confidence: float
    origin: Literal["lock", "model"]
    entry: Entry


class GoalCompiler:
    """Compiles the texts of one session.

    `model_dir` None takes the model that ships with Planscript (`hf:...` a language model); `frozen` refuses whatever is not
    locked; `threshold` (0 to 1) is the confidence below which a text is refused (None: the model's
    own); `loading` is called before the model is waited for.
    """

    def __init__(
        self,
        lock: Lock | None = None,
        *,
        model_dir: str | None = None,
        frozen: bool = False,
        threshold: float | None = None,
        loading: Callable[[], None] | None = None,
    ) -> None:
        self.lock = lock if lock is not None else Lock()
        self.frozen = frozen
        self.threshold = threshold
        self._model_dir = model_dir
        self._loading = loading
        self._model: GoalModel | LanguageModel | None = None
        self._being_loaded: Loading | None = None
        self._prepared: dict[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], Prepared] = {}
        self._signatures: dict[int, tuple[Domain, str]] = {}

    def compile(
        self,
        parts: Sequence[str | Hole],
        scope: Scope,
        say: Callable[[Formula], str],
        allowing: tuple[str, ...] = (),
    ) -> CompiledGoal:
        """The goal that the text means.

        `parts` is the text, with the slots in their places; `say` gives a goal in words, for the
        lock and for readings; `allowing` limits the goal to these predicates (empty: all).
        Raises GoalDoubt where the text is no goal of this domain or is not understood well enough,
        SourceError where a locked goal no longer fits the world.
        """
        holes = {part.name: part for part in parts if isinstance(part, Hole)}
        types = {name: scope.objects[hole.value].types[0] for name, hole in holes.items()}
        template = normal_text(
            "".join(part if isinstance(part, str) else "{" + part.name + "}" for part in parts)
        )
        mark = self.signature(scope.domain)
        entry = self.lock.find(template, mark, types, allowing)
        origin: Literal["lock", "model"] = "lock"
        if entry is None:
            if self.frozen:
                raise self._not_locked(template, mark)
            entry = self._ask_model(template, parts, holes, types, scope, say, allowing)
            origin = "model"
            self.lock.add(entry)
        elif entry.refused:
            raise _locked_doubt(entry, entry.refused, holes, scope, say)
        goal = fill(entry.pddl, {n: h.value for n, h in holes.items()}, scope)
        return CompiledGoal(goal, entry.confidence, origin, entry)

    def signature(self, domain: Domain) -> str:
        """The domain's signature (see `lock.signature`), computed once for each domain object."""
        known = self._signatures.get(id(domain))
        if known is None or known[0] is not domain:
            known = self._signatures[id(domain)] = (domain, signature(domain))
        return known[1]

    def settle(self, text: str, pddl: str, scope: Scope, say: Callable[[Formula], str]) -> None:
        """Locks what a text (without slots) means, as a person chose it."""
        goal = fill(pddl, {}, scope)
        self.lock.add(
            Entry(
                normal_text(text),
                write_formula(goal),
                say(goal),
                1.0,
                scope.domain.name,
                self.signature(scope.domain),
                "chosen by a person",
            )
        )

    def readings(self, text: str, scope: Scope) -> list[Reading]:
        """What a text without slots may mean, best first: what is locked, then what the model finds.

        Raises GoalDoubt where goals are frozen and this one is not locked.
        """
        template, mark = normal_text(text), self.signature(scope.domain)
        entry = self.lock.find(template, mark, {})
        found: list[Reading] = []
        if entry is not None:
            told = entry.perhaps if entry.refused else ((entry.confidence, entry.pddl),)
            found = [Reading(fill(pddl, {}, scope), sure) for sure, pddl in told]
        if self.frozen:
            if entry is None:
                raise self._not_locked(template, mark)
            return found
        known = {reading.goal for reading in found}
        predicted = self.predict(template, scope).alternatives
        return found + [Reading(goal, sure) for goal, sure in predicted if goal not in known]

    def _not_locked(self, template: str, mark: str) -> GoalDoubt:
        stale = self.lock.stale(template, mark)
        title = "this goal is not locked"
        if stale is not None:
            title = "this goal was locked for another version of the domain"
        return GoalDoubt(
            "NotAGoal",
            Diagnostic(
                "E0803", title, label=template[:60], hint="run `planscript compile` on the script"
            ),
        )

    # ------------------------------------------------ asking the model

    @property
    def is_loaded(self) -> bool:
        """Whether the model is in memory."""
        return self._model is not None

    @property
    def model(self) -> GoalModel | LanguageModel:
        """The model, loaded when it is first asked for."""
        if self._model is None:
            if self._loading is not None:
                self._loading()
            self._model = self.begin_to_load().model()
        return self._model

    def begin_to_load(self) -> Loading:
        """Loads the model in the background, where that has not begun yet."""
        if self._being_loaded is None or self._being_loaded.failed:
            self._being_loaded = Loading(self._model_dir)
        return self._being_loaded

    def predict(self, text: str, scope: Scope, allowing: tuple[str, ...] = ()) -> Prediction:
        """What the model makes of a text without slots, unchecked by any threshold."""
        key = (
            self.signature(scope.domain),
            tuple((name, p.types) for name, p in scope.objects.items()),
        )
        model = self.model
        if key not in self._prepared:
            if len(self._prepared) > 32:
                self._prepared.clear()
            self._prepared[key] = model.prepare(scope.domain, scope.objects, scope.init)
        return model.predict(
            text, self._prepared[key], allowed_predicates=frozenset(allowing) or None
        )

    def _ask_model(
        self,
        template: str,
        parts: Sequence[str | Hole],
        holes: Mapping[str, Hole],
        types: Mapping[str, str],
        scope: Scope,
        say: Callable[[Formula], str],
        allowing: tuple[str, ...],
    ) -> Entry:
        standing = _representatives(parts, holes, scope)
        text = normal_text(
            "".join(part if isinstance(part, str) else standing[part.name] for part in parts)
        )
        found = self.predict(text, scope, allowing)
        readings = [Reading(goal, p) for goal, p in found.alternatives]
        if found.goal is not None and not any(r.goal == found.goal for r in readings):
            readings.insert(0, Reading(found.goal, found.confidence))
        limit = self.model.threshold if self.threshold is None else self.threshold
        kind, words = _doubt_about(text, found, limit, standing, scope)
        refusal = Entry(
            template,
            "",
            "",
            found.confidence,
            scope.domain.name,
            self.signature(scope.domain),
            self.model.identity,
            tuple(types.items()),
            allowing,
        )
        if kind is not None or found.goal is None:
            kind = kind or "NotAGoal"
            perhaps = [
                (r.confidence, _template(r.goal, standing))
                for r in readings[:3]
                if r.confidence >= WORTH_LOCKING
            ]
            raise GoalDoubt(
                kind,
                diagnose(kind, template, readings, words, scope, say),
                readings,
                words,
                replace(refusal, refused=kind, unlinked=tuple(words), perhaps=tuple(perhaps)),
            )
        says = say(found.goal)
        return replace(
            refusal,
            pddl=_template(found.goal, standing),
            says=_with_holes(says, standing) if holes else says,
        )


def _doubt_about(
    text: str, found: Prediction, limit: float, standing: Mapping[str, str], scope: Scope
) -> tuple[DoubtKind | None, Sequence[str]]:
    """Why a prediction is not to be acted on (None: it is), and the words that are to blame."""
    names = _names_in(found.goal) if found.goal is not None else set()
    # A misspelt name is no harm where the goal has the object that it may have meant.
    unknown = [
        said
        for said in unknown_objects(text, found.unlinked, scope)
        if any(letter.isdigit() for letter in said)
        or found.confidence < limit
        or not names.intersection(near_names(said, scope))
    ]
    if unknown:
        return "UnknownObject", unknown
    if found.refused or found.goal is None:
        return ("Inexpressible" if found.unlinked else "NotAGoal"), found.unlinked
    if found.confidence < limit:
        return "Ambiguous", found.unlinked
    missing = [name for name in standing.values() if name not in names]
    return ("Ambiguous", missing) if missing else (None, ())


def _template(goal: Formula, standing: Mapping[str, str]) -> str:
    """The goal as PDDL with `{name}` in the place of the objects that stand for slots."""
    pddl = write_formula(goal)
    for name, value in standing.items():
        # A name holds no backslash, so it can stand in a replacement as it is.
        pddl = re.sub(rf"(?<=[\s(]){re.escape(value)}(?=[\s)])", "{" + name + "}", pddl)
    return pddl


def _locked_doubt(
    entry: Entry,
    kind: DoubtKind,
    holes: Mapping[str, Hole],
    scope: Scope,
    say: Callable[[Formula], str],
) -> GoalDoubt:
    """The refusal that a lock file records."""
    values = {name: hole.value for name, hole in holes.items()}
    readings = [Reading(fill(pddl, values, scope), sure) for sure, pddl in entry.perhaps]
    told = diagnose(kind, entry.text, readings, entry.unlinked, scope, say)
    return GoalDoubt(kind, told, readings, entry.unlinked, entry, locked=True)


def fill(pddl: str, values: Mapping[str, str], scope: Scope) -> Formula:
    """The formula of a template, with objects in the place of its `{name}` holes.

    Raises SourceError where it does not fit the domain or names an object that the world lacks.
    """
    text = re.sub(r"\{([^{}]*)\}", lambda m: values.get(m[1], m[0]), pddl)
    return read_formula(text, scope.domain, scope.objects, "the compiled goal")


def _representatives(
    parts: Sequence[str | Hole], holes: Mapping[str, Hole], scope: Scope
) -> dict[str, str]:
    """For each slot an object of its type that nothing else in the text is called.

    The one that fills the slot this time where that is clear, else another of the same type.
    """
    rest = " ".join(part.lower() for part in parts if isinstance(part, str))
    taken: set[str] = set()
    chosen: dict[str, str] = {}
    for name, hole in holes.items():
        kind = scope.objects[hole.value].types
        others = [o for o, p in scope.objects.items() if p.types == kind and o != hole.value]
        for candidate in (hole.value, *others):
            if candidate not in taken and candidate not in rest:
                break
        else:
            candidate = hole.value
        chosen[name] = candidate
        taken.add(candidate)
    return chosen


def _names_in(goal: Formula) -> set[str]:
    return set(re.findall(r"[^\s()]+", write_formula(goal)))


def _with_holes(words: str, standing: Mapping[str, str]) -> str:
    for name, value in standing.items():
        said = re.escape(value.replace("-", " ").replace("_", " "))
        words = re.sub(
            rf"(the )?\b({said}|{re.escape(value)})\b",
            "{" + name + "}",
            words,
            flags=re.IGNORECASE,
        )
    return words
