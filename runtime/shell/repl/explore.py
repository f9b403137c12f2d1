"""`:explore`: a walk through the search for a goal, by hand: where am I, what could be done, how far
would each action leave me from the goal. The world stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planscript.runtime.planner.deadline import Deadline, DeadlineExpired
from planscript.runtime.planner.state_space import DEAD_END, StateSpace
from planscript.runtime.shell.repl.display import bounded
from planscript.runtime.shell.repl.folding import tell
from planscript.runtime.shell.repl.worlds import world_of

if TYPE_CHECKING:
    from planscript.runtime.pddl.model import Atom, Formula
    from planscript.runtime.planner.heuristics import Heuristic
    from planscript.runtime.planner.state_space import State
    from planscript.runtime.planner.task import Task
    from planscript.runtime.shell.repl.conversation import Conversation
    from planscript.runtime.values import GoalValue
    from planscript.runtime.world import World

SECONDS = 20.0  # for grounding
MOST_ACTIONS = 20  # that are shown in one state
HEURISTICS = ("hff", "hadd", "goal_count")  # the first that takes the task
KEYS = "number: go there · b: back · s: state · p: path · t: take the path as the plan · q: leave"


def explore_command(conversation: Conversation, rest: str) -> None:
    """Asks where to go until the user leaves. Without a goal: that of the last plan."""
    world = world_of(conversation)
    if world is None:
        return
    from planscript.runtime.shell.repl.plans import goal_of

    goal = goal_of(conversation, rest) if rest else conversation.session.value_of("_goal")
    if goal is None:
        tell("no goal yet; :explore GOAL explores the way to one")
        return
    formula = conversation.session.acting.formula_of(goal)
    conversation.session.remember("_goal", goal)
    try:
        walk = Walk(task_of(world, formula))
    except DeadlineExpired:
        tell(f"the world is too large to explore: grounding takes more than {SECONDS:.0f} s")
        return
    tell(KEYS)
    shown = None
    while True:
        if walk.operators != shown:
            tell("\n".join(view(walk, conversation)))
            shown = list(walk.operators)
        answer = conversation.ask("explore» ")
        if answer is None or not obey(conversation, walk, goal, answer):
            return


def task_of(world: World, goal: Formula) -> Task:
    """The grounded task from the world as it is to the goal. Raises DeadlineExpired."""
    from planscript.runtime.planner.ground import ground

    return ground(world.problem(goal), Deadline(SECONDS))


@dataclass
class Walk:
    """A path through the states of a task, and what the heuristic says of states on the way."""

    task: Task
    space: StateSpace = field(init=False)
    states: list[State] = field(init=False)
    operators: list[int] = field(default_factory=list)  # from each state to the next
    heuristic: str = field(init=False)
    _evaluate: Heuristic = field(init=False)

    def __post_init__(self) -> None:
        from planscript.runtime.planner.heuristics import HEURISTICS as TABLE

        self.space = StateSpace(self.task)
        self.states = [self.space.initial()]
        fitting = [name for name in HEURISTICS if not TABLE[name].unsupported(self.task)]
        self.heuristic = fitting[0]
        self._evaluate = TABLE[self.heuristic].make(self.task, "one")

    @property
    def state(self) -> State:
        """Where the walk is."""
        return self.states[-1]

    def actions(self) -> list[tuple[int, int]]:
        """The applicable operators, each with the estimate of where it leads, nearest first."""
        found = [
            (operator, self.estimate(self.space.apply(self.state, operator)))
            for operator in self.space.applicable(self.state)
            if self.task.action_of(operator).name
        ]
        return sorted(found, key=lambda pair: pair[1])

    def estimate(self, state: State) -> int:
        """The steps to the goal by the heuristic; DEAD_END where there is no way."""
        if self.space.is_goal(state):
            return 0
        return self._evaluate.evaluate(state)

    def go(self, operator: int) -> None:
        """Takes an action."""
        self.states.append(self.space.apply(self.state, operator))
        self.operators.append(operator)

    def back(self) -> bool:
        """Takes the last action back; False at the start."""
        if not self.operators:
            return False
        self.operators.pop()
        self.states.pop()
        return True

    def facts(self, state: State) -> set[Atom]:
        """The facts of a state that actions can change."""
        values = ((self.task.variables[v].values[x], v) for v, x in enumerate(state))
        return {fact for fact, v in values if fact is not None and self.task.variables[v].layer < 0}

    def path(self) -> list[Atom]:
        """The actions taken so far."""
        return [self.task.action_of(operator) for operator in self.operators]


def view(walk: Walk, conversation: Conversation) -> list[str]:
    """The state as it is shown: the last change, the estimate, the actions to choose from."""
    acting = conversation.session.acting
    world, speaker = acting.current_world(), acting.speaker()
    lines = []
    if walk.operators:
        before, after = walk.facts(walk.states[-2]), walk.facts(walk.state)
        lines += bounded(sorted(f"  - {world.say_fact(f)}" for f in before - after))
        lines += bounded(sorted(f"  + {world.say_fact(f)}" for f in after - before))
    if walk.space.is_goal(walk.state):
        lines.append(f"depth {len(walk.operators)}: the goal holds here")
    else:
        here = _estimate(walk.estimate(walk.state))
        lines.append(f"depth {len(walk.operators)}, {walk.heuristic} {here}")
    actions = walk.actions()
    for number, (operator, value) in enumerate(actions[:MOST_ACTIONS], 1):
        step = world.real(walk.task.action_of(operator))
        seen = walk.space.apply(walk.state, operator) in walk.states
        note = ", been there" if seen else ""
        lines.append(
            f"  {number:>2}. {speaker.step(step)}  ({walk.heuristic} {_estimate(value)}{note})"
        )
    if len(actions) > MOST_ACTIONS:
        lines.append(f"  … {len(actions) - MOST_ACTIONS} more, further from the goal")
    if not actions:
        lines.append("  nothing can be done here")
    return lines


def _estimate(value: int) -> str:
    return "dead end" if value >= DEAD_END else str(value)


def obey(conversation: Conversation, walk: Walk, goal: GoalValue, answer: str) -> bool:
    """Does what the user typed; False where that is to leave."""
    acting = conversation.session.acting
    world = acting.current_world()
    match answer:
        case "q" | "quit" | ":quit" | ":abort":
            return False
        case "b" | "back":
            if not walk.back():
                tell("this is the start")
        case "s" | "state":
            facts = [f"  {world.say_fact(fact)}" for fact in _sorted(walk)]
            tell("\n".join(bounded(facts)) or "  no fact holds that an action changes")
        case "p" | "path":
            path = [world.say_fact(world.real(step)) for step in walk.path()]
            tell("  " + (", ".join(path) or "at the start"))
        case "t" | "take":
            from planscript.runtime import values

            steps = tuple(acting.step_value(world.real(step)) for step in walk.path())
            cost = sum(walk.task.operators.cost[o] for o in walk.operators) / walk.task.cost_scale
            conversation.take_plan(values.PlanValue(steps, values.number(cost), goal, {}, False))
            tell("taken as the plan: :step and :run carry it out")
            return False
        case _:
            actions = walk.actions()
            if answer.isdecimal() and 1 <= int(answer) <= len(actions):
                walk.go(actions[int(answer) - 1][0])
            else:
                tell(KEYS)
    return True


def _sorted(walk: Walk) -> list[Atom]:
    return sorted(walk.facts(walk.state), key=lambda fact: (fact.name, fact.args))
