"""Grounds a problem: from lifted actions to finite-domain variables and flat operator arrays.

Reachability says which facts and instances there can be, invariants which facts exclude each other;
what is decided in every state disappears. Everything after reading and before search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from fractions import Fraction

from planscript.runtime.pddl.model import Atom, Formula, Problem
from planscript.runtime.planner.assembly import OperatorTable
from planscript.runtime.planner.costs import Costs
from planscript.runtime.planner.deadline import NEVER as NO_DEADLINE
from planscript.runtime.planner.deadline import Deadline
from planscript.runtime.planner.derived import Body, GroundAxioms, stratify
from planscript.runtime.planner.encoding import HOLDS, NEVER, Encoding, cover
from planscript.runtime.planner.expansion import AnyOf, Expander, literals, split_conjunction
from planscript.runtime.planner.facts import FactKeys
from planscript.runtime.planner.formulas import predicates
from planscript.runtime.planner.invariants import find_invariants, instantiate
from planscript.runtime.planner.normalise import AxiomRule, Normaliser, Schema
from planscript.runtime.planner.operators import Blocks, OperatorBuilder
from planscript.runtime.planner.reachability import GOAL, Reached, reach
from planscript.runtime.planner.relevance import relevant_variables, restricted
from planscript.runtime.planner.task import Task
from planscript.runtime.planner.transitions import decided

MOST_DISJUNCTS = 16  # of a precondition or effect condition; beyond that axioms take over
MOST_GOALS = 64  # disjuncts of the goal


def ground(problem: Problem, deadline: Deadline = NO_DEADLINE) -> Task:
    """The grounded task of a problem.

    Raises:
        DeadlineExpired, MemoryError: as the deadline says.
        SourceError: an action's cost has no value, or the axioms are not stratified.
    """
    return Grounding(problem, deadline).task


class Grounding:
    """A problem grounded; keeps what is needed to ask for another goal or start.

    Args:
        problem: what to ground.
        deadline: when to stop.
        for_any_goal: keep all facts that can change, and give the task no goal.
        also_true: facts to take as possible besides the initial ones.
        also_negated: keys of facts that later goals may negate.

    `groups` are keys of facts of which at most one holds in any state, `negated` those of facts
    with a variable of their own, `certain` those of facts that hold in every state.
    """

    def __init__(
        self,
        problem: Problem,
        deadline: Deadline = NO_DEADLINE,
        for_any_goal: bool = False,
        also_true: Iterable[Atom] = (),
        also_negated: AbstractSet[int] = frozenset(),
    ) -> None:
        self.problem = problem
        self.normaliser = Normaliser(problem)
        self._for_any_goal = for_any_goal
        domain = problem.domain
        schemas = [s for action in domain.actions.values() for s in self.normaliser.schemas(action)]
        rules = self.normaliser.axioms()
        ranks = stratify(domain, self.normaliser)
        reached = reach(problem, schemas, rules, deadline, also_true)
        self.facts: FactKeys = reached.keys
        builder = OperatorBuilder(reached, schemas, Costs(problem, schemas), deadline)

        self.init = reached.init
        self._never: set[int] = set()
        self.certain = self._certain(reached, builder.deleted())
        self.expander = Expander(problem, self.facts, reached.known, set(self.certain))
        self.axioms = GroundAxioms(self.facts, ranks, MOST_DISJUNCTS)
        self.axioms.add(rules, reached.axioms, self.expander)
        self.expander.certain |= self.axioms.certain
        self.expander.possible -= self.axioms.impossible
        self.expander.forget()
        builder.expand(self.expander, self.axioms)
        goal = self.expander.expand(self.normaliser.nnf(problem.goal))
        goals = [frozenset[int]()] if for_any_goal else self.goals(problem.goal)
        self.negated = also_negated | builder.negated() | self._negated_by_axioms()
        self.negated |= {~literal for literal in literals(goal) if literal < 0}

        changing = [(n, self.facts.arity[n]) for n in reached.tuples if self._is_basic(n)]
        invariants = find_invariants(schemas, changing, deadline)
        self.groups = instantiate(invariants, reached, self.init)
        candidates = self._facts(reached, schemas, rules, problem.goal)
        groups = cover([key for key in candidates if key not in self.negated], self.groups)
        groups += [[key] for key in candidates if key in self.negated]
        if len(goals) > 1:
            groups.append([self.facts.key(GOAL)])
            self.expander.possible.add(self.facts.key(GOAL))
        layers = self.axioms.layer_of()
        table, blocks = self._build(groups, layers, builder)
        while table.dropped and self._decide_more(table):
            expander = self.expander
            undecided = expander.possible - expander.certain
            groups = [[key for key in group if key in undecided] for group in groups]
            table, blocks = self._build([group for group in groups if group], layers, builder)
        self.task = self._task(table, self._rules(layers), blocks, goals, builder.costs.scale)

    # ------------------------------------------------ facts and goals

    def _is_basic(self, name: str) -> bool:
        """Whether a predicate is one of the problem's and not derived."""
        return name[0] != "=" and name not in self.problem.domain.derived

    def _certain(self, reached: Reached, deleted: AbstractSet[int]) -> set[int]:
        """Keys of facts that hold in every state: static ones, and those that nothing deletes."""
        certain = set(reached.static)
        for name, rows in reached.tuples.items():
            if self._is_basic(name):
                keys = self.init.intersection(self.facts.keys_of(name, rows))
                certain |= keys - deleted
        return certain

    def _facts(
        self,
        reached: Reached,
        schemas: Iterable[Schema],
        rules: Iterable[AxiomRule],
        goal: Formula,
    ) -> list[int]:
        """Keys of the facts that need a variable: they change and something depends on them."""
        mentioned = predicates(self.normaliser.nnf(goal))
        conditions = [schema.rule for schema in schemas] + [axiom.rule for axiom in rules]
        conditions += [effect.rule for schema in schemas for effect in schema.effects]
        for rule in conditions:
            mentioned |= {atom.name for atom in (*rule.atoms, *rule.negated)}
            mentioned = mentioned.union(*map(predicates, rule.residual))
        found = []
        for name, rows in reached.tuples.items():
            if self._is_basic(name) and (name in mentioned or self._for_any_goal):
                keys = self.facts.keys_of(name, rows)
                found += [key for key in keys if key not in self.certain]
        return found

    def goals(self, goal: Formula, name: Callable[[AnyOf], int] | None = None) -> list[Body]:
        """Sets of literals, one of which must hold entirely; none where the goal is never true.

        `name` gives a fact that stands for a disjunction; by default an axiom derives it.
        """
        ground = self.expander.expand(self.normaliser.nnf(goal))
        return split_conjunction(ground, name or self.axioms.name, MOST_GOALS)

    def _negated_by_axioms(self) -> set[int]:
        """Keys of facts that are negated in axioms."""
        return {~literal for _, body in self.axioms.rules for literal in body if literal < 0}

    # ------------------------------------------------ variables and operators

    def _build(
        self, groups: list[list[int]], layers: Mapping[int, int], builder: OperatorBuilder
    ) -> tuple[OperatorTable, Blocks]:
        """Makes variables of the groups, and operators over them."""
        certain = self.certain | self.axioms.certain
        never = self._never | self.axioms.impossible
        self.encoding = Encoding(self.facts, groups, layers, certain, never, self.groups)
        return builder.build(self.encoding)

    def _decide_more(self, table: OperatorTable) -> bool:
        """Whether some facts turn out to hold always or never, as operators have been dropped."""
        always, never = decided(table, self.encoding.initial(self.init))
        never.discard(self.facts.key(GOAL))
        self.certain |= always
        self._never |= never
        self.expander.certain |= always
        self.expander.possible -= never
        self.expander.forget()
        return bool(always or never)

    def consistent(self, body: Body) -> list[int] | None:
        """The codes of a conjunction; None where it holds in no state."""
        held: dict[int, int] = {}
        for literal in sorted(body):
            code = self.encoding.code(literal)
            if code == NEVER:
                return None
            if code != HOLDS and held.setdefault(self.encoding.variable[code], code) != code:
                return None
        return None if self.encoding.clash(held.values()) else list(held.values())

    def _rules(self, layers: Mapping[int, int]) -> OperatorTable:
        """The axioms, by layer."""
        table = OperatorTable(self.encoding)
        for head, body in sorted(self.axioms.rules, key=lambda rule: layers[rule[0]]):
            codes = self.consistent(body)
            if codes is not None:
                table.append(codes, [(self.encoding.true[head], ())], 0)
        return table

    def _task(
        self,
        table: OperatorTable,
        rules: OperatorTable,
        blocks: Blocks,
        goals: list[Body],
        cost_scale: Fraction,
    ) -> Task:
        encoding = self.encoding
        value, variable = encoding.value, encoding.variable
        alternatives = [codes for codes in map(self.consistent, goals) if codes is not None]
        goal = alternatives[0] if alternatives else []
        if len(goals) > 1:
            reached_goal = encoding.true[self.facts.key(GOAL)]
            goal = [reached_goal]
            for codes in alternatives:
                table.append(codes, [(reached_goal, ())], 0)
        used = {*table.pre, *table.eff, *table.cond, *rules.pre, *goal}
        initial = encoding.initial(self.init)
        empty = {variable[code] for code in used if code >= encoding.count}
        empty |= {v for v, x in enumerate(initial) if x == len(encoding.groups[v])}
        task = Task(
            variables=encoding.variables(empty),
            initial=initial,
            goal=tuple(sorted((variable[code], value[code]) for code in goal)),
            operators=table.operators(),
            axioms=rules.operators(),
            action_of=blocks.action_of,
            goal_is_false=not alternatives,
            cost_scale=cost_scale,
            has_conditional_effects=len(table.cond) > 0,
            mutex_groups=tuple(
                [tuple([(variable[c], value[c]) for c in group]) for group in encoding.mutex_groups]
            ),
        )
        if self._for_any_goal:
            return task
        relevant = relevant_variables(task)
        if len(relevant) == len(task.variables):
            return task
        return restricted(task, relevant)
