"""Planning tasks of our own for the benchmarks, made by seeded generators: five domains, growing sizes.

python tests/benchmarks/tasks.py OUT        # writes OUT/NAME/domain.pddl, problem-N.pddl, tasks.tsv
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

DELIVERY = """(define (domain delivery)
  (:requirements :strips :typing :action-costs)
  (:types place van parcel - object)
  (:predicates (road ?a ?b - place) (van-at ?v - van ?p - place) (parcel-at ?c - parcel ?p - place)
    (inside ?c - parcel ?v - van) (room ?v - van ?n - slot-count) (next ?less ?more - slot-count))
  (:functions (length ?a ?b - place) - number (total-cost) - number)
  (:action drive :parameters (?v - van ?a ?b - place)
    :precondition (and (van-at ?v ?a) (road ?a ?b))
    :effect (and (not (van-at ?v ?a)) (van-at ?v ?b) (increase (total-cost) (length ?a ?b))))
  (:action load :parameters (?c - parcel ?v - van ?p - place ?less ?more - slot-count)
    :precondition (and (van-at ?v ?p) (parcel-at ?c ?p) (room ?v ?more) (next ?less ?more))
    :effect (and (not (parcel-at ?c ?p)) (inside ?c ?v) (not (room ?v ?more)) (room ?v ?less)
      (increase (total-cost) 1)))
  (:action unload :parameters (?c - parcel ?v - van ?p - place ?less ?more - slot-count)
    :precondition (and (van-at ?v ?p) (inside ?c ?v) (room ?v ?less) (next ?less ?more))
    :effect (and (not (inside ?c ?v)) (parcel-at ?c ?p) (not (room ?v ?less)) (room ?v ?more)
      (increase (total-cost) 1))))
""".replace("parcel - object)", "parcel slot-count - object)")

STACKS = """(define (domain stacks)
  (:requirements :strips)
  (:predicates (on ?x ?y) (grounded ?x) (uncovered ?x) (held ?x) (free))
  (:action lift :parameters (?x) :precondition (and (uncovered ?x) (grounded ?x) (free))
    :effect (and (held ?x) (not (uncovered ?x)) (not (grounded ?x)) (not (free))))
  (:action lower :parameters (?x) :precondition (held ?x)
    :effect (and (uncovered ?x) (grounded ?x) (free) (not (held ?x))))
  (:action put :parameters (?x ?y) :precondition (and (held ?x) (uncovered ?y))
    :effect (and (on ?x ?y) (uncovered ?x) (free) (not (held ?x)) (not (uncovered ?y))))
  (:action take :parameters (?x ?y) :precondition (and (on ?x ?y) (uncovered ?x) (free))
    :effect (and (held ?x) (uncovered ?y) (not (on ?x ?y)) (not (uncovered ?x)) (not (free)))))
"""

DOORS = """(define (domain doors)
  (:requirements :strips :typing)
  (:types cell key shape - object)
  (:predicates (beside ?a ?b - cell) (here ?c - cell) (open ?c - cell) (locked ?c - cell ?s - shape)
    (lies ?k - key ?c - cell) (cut ?k - key ?s - shape) (carried ?k - key) (hands-free))
  (:action walk :parameters (?a ?b - cell) :precondition (and (here ?a) (beside ?a ?b) (open ?b))
    :effect (and (not (here ?a)) (here ?b)))
  (:action pick :parameters (?k - key ?c - cell) :precondition (and (here ?c) (lies ?k ?c) (hands-free))
    :effect (and (carried ?k) (not (lies ?k ?c)) (not (hands-free))))
  (:action drop :parameters (?k - key ?c - cell) :precondition (and (here ?c) (carried ?k))
    :effect (and (lies ?k ?c) (hands-free) (not (carried ?k))))
  (:action unlock :parameters (?a ?b - cell ?k - key ?s - shape)
    :precondition (and (here ?a) (beside ?a ?b) (locked ?b ?s) (cut ?k ?s) (carried ?k))
    :effect (and (open ?b) (not (locked ?b ?s)))))
"""

POWER = """(define (domain power)
  (:requirements :adl :derived-predicates)
  (:types node crew - object)
  (:predicates (wire ?a ?b - node) (source ?n - node) (closed ?a ?b - node) (near ?c - crew ?n - node)
    (live ?n - node) (hospital ?n - node) (safe ?n - node))
  (:derived (live ?n - node) (or (source ?n) (exists (?m - node) (and (live ?m) (closed ?m ?n)))))
  (:derived (safe ?n - node) (imply (hospital ?n) (live ?n)))
  (:action go :parameters (?c - crew ?a ?b - node) :precondition (and (near ?c ?a) (wire ?a ?b))
    :effect (and (not (near ?c ?a)) (near ?c ?b)))
  (:action close :parameters (?c - crew ?a ?b - node)
    :precondition (and (near ?c ?a) (wire ?a ?b) (not (closed ?a ?b)) (not (live ?b)))
    :effect (and (closed ?a ?b) (when (wire ?b ?a) (closed ?b ?a)))))
"""

LIGHTS = """(define (domain lights)
  (:requirements :strips :typing :conditional-effects)
  (:types lamp)
  (:predicates (on ?l - lamp) (coupled ?a ?b - lamp))
  (:action press :parameters (?l - lamp) :precondition (and)
    :effect (and (when (on ?l) (not (on ?l))) (when (not (on ?l)) (on ?l))
      (forall (?m - lamp) (when (and (coupled ?l ?m) (on ?m)) (not (on ?m))))
      (forall (?m - lamp) (when (and (coupled ?l ?m) (not (on ?m))) (on ?m))))))
"""


def problem(domain: str, objects: str, init: list[str], goal: list[str], metric: str = "") -> str:
    """The text of a problem; `objects` as in PDDL, atoms without their outer brackets."""
    facts = "\n    ".join(f"({fact})" for fact in init)
    goals = "\n    ".join(f"({fact})" for fact in goal)
    return (
        f"(define (problem {domain}-task) (:domain {domain})\n  (:objects {objects})\n"
        f"  (:init {facts})\n  (:goal (and {goals})){metric})\n"
    )


def delivery(size: int, rng: Random) -> str:
    """`size` parcels, places in a ring with chords, a van for every six parcels."""
    places = [f"place{i}" for i in range(4 + size)]
    vans = [f"van{i}" for i in range(1 + size // 6)]
    pairs = {(i, (i + 1) % len(places)) for i in range(len(places))}
    while len(pairs) < len(places) * 3 // 2:
        pairs.add((rng.randrange(len(places)), rng.randrange(len(places))))
    init = ["= (total-cost) 0"]
    for a, b in sorted(pairs):
        length = rng.randint(2, 9)
        for x, y in ((a, b), (b, a)):
            if x != y and f"road {places[x]} {places[y]}" not in init:
                init += [f"road {places[x]} {places[y]}"]
                init += [f"= (length {places[x]} {places[y]}) {length}"]
    init += [f"van-at {v} {rng.choice(places)}" for v in vans] + [f"room {v} n2" for v in vans]
    init += ["next n0 n1", "next n1 n2"]
    goal = []
    for i in range(size):
        start, end = rng.sample(places, 2)
        init.append(f"parcel-at parcel{i} {start}")
        goal.append(f"parcel-at parcel{i} {end}")
    objects = f"{' '.join(places)} - place {' '.join(vans)} - van n0 n1 n2 - slot-count "
    objects += " ".join(f"parcel{i}" for i in range(size)) + " - parcel"
    return problem("delivery", objects, init, goal, "\n  (:metric minimize (total-cost))")


def stacks(size: int, rng: Random) -> str:
    """`size` blocks from one random set of towers to another."""

    def towers() -> Iterator[tuple[str, str]]:
        order = [f"b{i}" for i in range(size)]
        rng.shuffle(order)
        below = ""
        for block in order:
            below = "" if below and rng.random() < 0.25 else below
            yield block, below
            below = block

    init, covered = ["free"], set()
    for block, below in towers():
        init.append(f"on {block} {below}" if below else f"grounded {block}")
        covered.add(below)
    init += [f"uncovered b{i}" for i in range(size) if f"b{i}" not in covered]
    goal = [f"on {block} {below}" for block, below in towers() if below]
    return problem("stacks", " ".join(f"b{i}" for i in range(size)), init, goal or ["free"])


def doors(size: int, rng: Random) -> str:
    """A `size` x `size` grid with a locked wall every third column and one key for each wall."""
    init, shapes = ["here c0-0", "hands-free"], max(1, (size - 1) // 3)
    for x in range(size):
        for y in range(size):
            wall = x % 3 == 2 and x < size - 1
            shape = min(x // 3, shapes - 1)
            init.append(f"locked c{x}-{y} s{shape}" if wall else f"open c{x}-{y}")
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                if 0 <= x + dx < size and 0 <= y + dy < size:
                    init.append(f"beside c{x}-{y} c{x + dx}-{y + dy}")
    for k in range(shapes):
        init += [f"lies k{k} c{3 * k + rng.randint(0, 1)}-{rng.randrange(size)}", f"cut k{k} s{k}"]
    cells = " ".join(f"c{x}-{y}" for x in range(size) for y in range(size))
    keys, kinds = (" ".join(f"{letter}{k}" for k in range(shapes)) for letter in "ks")
    goal = [f"lies k{k} c{size - 1}-{rng.randrange(size)}" for k in range(shapes)]
    return problem("doors", f"{cells} - cell {keys} - key {kinds} - shape", init, goal)


def power(size: int, rng: Random) -> str:
    """A random tree of `size` nodes with a few more wires; every third node must be safe and live."""
    init, goal = ["source n0", "near crew0 n0", "near crew1 n0"], []
    wires = [(rng.randrange(i), i) for i in range(1, size)]
    wires += [tuple(sorted(rng.sample(range(size), 2))) for _ in range(size // 3)]  # type: ignore[misc]
    for a, b in sorted(set(wires)):
        init += [f"wire n{a} n{b}", f"wire n{b} n{a}"]
    for i in range(2, size, 3):
        init.append(f"hospital n{i}")
        goal.append(f"live n{i}")
    goal.append(f"safe n{size - 1}")
    nodes = " ".join(f"n{i}" for i in range(size))
    return problem("power", f"{nodes} - node crew0 crew1 - crew", init, goal)


def lights(size: int, rng: Random) -> str:
    """`size` lamps on a ring, each coupled with its neighbours; solvable, for it is played backwards."""
    lit = [False] * size
    for _ in range(size):
        press = rng.randrange(size)
        for lamp in (press - 1, press, (press + 1) % size):
            lit[lamp] = not lit[lamp]
    init = [f"on l{i}" for i in range(size) if lit[i]]
    init += [f"coupled l{i} l{(i + d) % size}" for i in range(size) for d in (1, -1)]
    objects = " ".join(f"l{i}" for i in range(size)) + " - lamp"
    return problem("lights", objects, init, [f"not (on l{i})" for i in range(size)])


DOMAINS: dict[str, tuple[str, Callable[[int, Random], str], tuple[int, ...]]] = {
    "delivery": (DELIVERY, delivery, (2, 4, 6, 10, 16, 24)),
    "stacks": (STACKS, stacks, (4, 7, 10, 16, 28, 40)),
    "doors": (DOORS, doors, (4, 6, 8, 12, 20)),
    "power": (POWER, power, (4, 7, 12, 20)),
    "lights": (LIGHTS, lights, (4, 7, 10, 14)),
}


def write_tasks(out: Path, seed: int = 1) -> Path:
    """Writes every task below `out`; returns the list of them, `tasks.tsv`."""
    lines = []
    for name, (domain, generate, sizes) in DOMAINS.items():
        (out / name).mkdir(parents=True, exist_ok=True)
        (out / name / "domain.pddl").write_text(domain, encoding="utf-8")
        for size in sizes:
            file = f"{name}/problem-{size}.pddl"
            (out / file).write_text(generate(size, Random(f"{seed}/{file}")), encoding="utf-8")
            lines.append(f"{name}/{size}\t{name}/domain.pddl\t{file}\n")
    listing = out / "tasks.tsv"
    listing.write_text("".join(lines), encoding="utf-8")
    return listing


if __name__ == "__main__":
    print(write_tasks(Path(sys.argv[1])))
