"""The long run of the typed decoder: random domains x random text, with the model that ships.

    python tests/goals/stress.py --count 10000

Every reading has to pass the independent type checker, no text may take longer than `--seconds` of
processor time (the domain's encoding included), and memory has to stay flat after the first tenth.
Prints figures; exit code 1 where one of these does not hold.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

from random_schemas import complaints

from planscript.runtime.goals.predict import GoalModel
from planscript.runtime.pddl.model import (
    Action,
    Add,
    Atom,
    Delete,
    Domain,
    Effects,
    Parameter,
    Predicate,
)
from planscript.runtime.pddl.writer import write_formula

SYLLABLES = "ba ke lo mi nu ra si to vu xa ep or in ust ack ing el".split()
WORDS = """put the a all every no not two and or if then except move clean on in into under near with
please could you make sure that is are be empty full open closed both neither either without until it them
把 所有 的 放到 里 不要 或者 如果 干净 打开 灯 三 个""".split()


def name(chance: random.Random) -> str:
    """A name as people make them up: perhaps with a number, a dash or an underscore."""
    parts = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 3))) for _ in range(2)]
    said = chance.choice(("-", "_", "")).join(parts[: chance.randint(1, 2)])
    return said + (str(chance.randint(1, 99)) if chance.random() < 0.3 else "")


def world(chance: random.Random) -> tuple[Domain, dict[str, Parameter]]:
    """A random domain with types, `either` and actions, and objects (perhaps none)."""
    kinds = ["object", *dict.fromkeys("t" + name(chance) for _ in range(chance.randint(0, 8)))]
    types = {kind: (chance.choice(kinds[:i]),) for i, kind in enumerate(kinds) if i}
    predicates = {}
    for _ in range(chance.randint(0, 12)):
        slots = [
            tuple(dict.fromkeys(chance.choices(kinds, k=chance.choice((1, 1, 1, 2)))))
            for _ in range(chance.choice((0, 1, 1, 2, 2, 3, 4)))
        ]
        key = "p" + name(chance)
        predicates[key] = Predicate(
            key, tuple(Parameter(f"?x{i}", slot) for i, slot in enumerate(slots))
        )
    actions = {}
    for one in predicates.values():
        atom = Atom(one.name, tuple(p.name for p in one.parameters))
        effect = chance.choice((Add, Delete))(atom)
        actions[f"do-{one.name}"] = Action(
            f"do-{one.name}", one.parameters, effect=Effects((effect,))
        )
    count = chance.choice((0, 1, 3, 8, 8, 20, 20, 60, 150))
    objects = {
        key: Parameter(key, (chance.choice(kinds),))
        for key in dict.fromkeys(name(chance) for _ in range(count))
    }
    return Domain("random", types=types, predicates=predicates, actions=actions), objects


def text(chance: random.Random, domain: Domain, objects: dict[str, Parameter]) -> str:
    """Words of people and names of the domain in any order, now and then plain noise."""
    if chance.random() < 0.1:
        return "".join(chr(chance.randint(1, 0x2FFF)) for _ in range(chance.randint(0, 200)))
    names = [*domain.types, *domain.predicates, *objects] or ["thing"]
    count = chance.choice((0, 1, 4, 8, 8, 16, 16, 40, 120))
    chosen = [chance.choice(names if chance.random() < 0.5 else WORDS) for _ in range(count)]
    return " ".join(chosen).replace("_", chance.choice("_ "))


def resident() -> float:
    """Megabytes in memory now (Linux; 0 elsewhere)."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * 4096 / 2**20


def main() -> int:
    """Runs it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("--count", type=int, default=1000, help="domains (1000)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=2.0, help="most that a text may take (2)")
    parser.add_argument("--growth", type=float, default=100.0, help="most MB that memory grows")
    parser.add_argument("--model", help="a model folder (default: the one that ships)")
    args = parser.parse_args()
    model = GoalModel.load(args.model)
    model.refuse_above = 2.0  # a refusal would hide a goal
    times: list[float] = []
    faults = readings = 0
    settled = 0.0
    for number in range(args.count):
        chance = random.Random(f"{args.seed} {number}")
        domain, objects = world(chance)
        wish = text(chance, domain, objects)
        begin = time.process_time()
        found = model.predict(wish, model.prepare(domain, objects))
        times.append(time.process_time() - begin)
        for goal, _ in found.alternatives:
            readings += 1
            wrong = complaints(goal, domain, objects)
            if wrong:
                faults += 1
                print(f"world {number}: {write_formula(goal)}: {wrong}", flush=True)
        if times[-1] > args.seconds:
            print(f"world {number}: {times[-1]:.2f} s, {len(objects)} objects, {wish[:60]!r}")
        if number + 1 == max(1, args.count // 10):
            settled = resident()
        if (number + 1) % max(1, args.count // 10) == 0:
            print(f"{number + 1} worlds, {resident():.0f} MB", flush=True)
    times.sort()
    slow = sum(one > args.seconds for one in times)
    growth = resident() - settled
    print(
        f"{args.count} worlds, {readings} readings, {faults} ill-typed; processor time median "
        f"{times[len(times) // 2]:.3f} s, 99 % {times[len(times) * 99 // 100]:.3f} s, longest "
        f"{times[-1]:.3f} s ({slow} too slow); memory grew by {growth:.0f} MB after the first tenth"
    )
    return 1 if faults or slow or growth > args.growth else 0


if __name__ == "__main__":
    sys.exit(main())
