"""A genetic algorithm over sequences of operators, mended where a step cannot be taken. It may fail.

Sources: Holland, "Adaptation in natural and artificial systems" (1975); Westerberg and Levine,
"GenPlan: combining genetic programming and planning" (PlanSIG 2000) for plans as individuals.
"""

from __future__ import annotations

from random import Random

from planscript.lang.records import dataclass
from planscript.runtime.planner.heuristics import Heuristic
from planscript.runtime.planner.progress import Progress
from planscript.runtime.planner.state_space import DEAD_END, State, StateSpace

POPULATION = 40
ELITE = 4  # the fittest, which live on
GENERATIONS = 300
CONTEST = 3  # individuals of which the fittest becomes a parent
GROWTH = 8  # steps that an individual may be longer than its parents
CHANGES = 0.05  # the share of steps that mutate


@dataclass(frozen=True, slots=True)
class _Individual:
    """Steps up to the state of the least estimate on the way, and that estimate."""

    steps: list[int]
    h: int
    solves: bool

    def fitness(self) -> tuple[int, int]:
        """Less is better."""
        return self.h, len(self.steps)


def genetic(
    space: StateSpace, heuristic: Heuristic, seed: int, progress: Progress
) -> list[int] | None:
    """Breeds sequences of ever smaller estimate at their best state. None: failed.

    A child has the beginning of one parent and the end of the other; a step that cannot be taken
    is replaced by one that can, chosen at random.
    """
    breeder = _Breeder(space, heuristic, Random(seed), progress)
    if breeder.start_h == DEAD_END:
        return None
    population = [breeder.grown([]) for _ in range(POPULATION)]
    for _ in range(GENERATIONS):
        population.sort(key=_Individual.fitness)
        for individual in population:
            if individual.solves:
                return individual.steps
        children = [breeder.child(population) for _ in range(POPULATION - ELITE)]
        population = population[:ELITE] + children
    return None


class _Breeder:
    def __init__(
        self, space: StateSpace, heuristic: Heuristic, random: Random, progress: Progress
    ) -> None:
        self._space = space
        self._heuristic = heuristic
        self._random = random
        self._progress = progress
        self._known: dict[State, int] = {}
        self._start = space.initial()
        self.start_h = progress.statistics.initial_h = self._estimate(self._start, None)

    def child(self, population: list[_Individual]) -> _Individual:
        """A mended child of two fit parents."""
        random = self._random
        mother, father = (
            min(random.choices(population, k=CONTEST), key=_Individual.fitness) for _ in range(2)
        )
        head = mother.steps[: random.randint(0, len(mother.steps))]
        tail = father.steps[random.randint(0, len(father.steps)) :]
        if random.random() < 0.5:
            head = mother.steps  # a whole parent, that only goes on
        return self.grown(head + tail)

    def grown(self, steps: list[int]) -> _Individual:
        """The individual that takes these steps, as far as it can, and some more."""
        random, space = self._random, self._space
        state = self._start
        taken: list[int] = []
        best = _Individual([], self.start_h, space.is_goal(state))
        for place in range(len(steps) + random.randint(1, GROWTH)):
            if best.solves:
                break
            self._progress.tick()
            applicable = space.applicable(state)
            self._progress.statistics.expanded += 1
            if not applicable:
                break
            operator = steps[place] if place < len(steps) else -1
            if operator not in applicable or random.random() < CHANGES:
                operator = random.choice(applicable)
            after = space.apply(state, operator)
            self._progress.statistics.generated += 1
            h = self._estimate(after, state)
            if h == DEAD_END:
                break
            state = after
            taken.append(operator)
            individual = _Individual(list(taken), h, space.is_goal(state))
            if individual.solves or individual.h < best.h:
                best = individual
        return best

    def _estimate(self, state: State, parent: State | None) -> int:
        if state not in self._known:
            self._known[state] = self._heuristic.evaluate(state, parent)
            self._progress.statistics.evaluated += 1
            self._progress.tick()
        return self._known[state]
