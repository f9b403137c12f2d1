"""Soft keywords are ordinary names wherever a name makes sense."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from planscript.lang.diagnostics import Span
from planscript.lang.keywords import SOFT
from planscript.lang.parser import parse

# Each is read with every soft keyword as `W`, and must mean what it means with another name.
TEXTS = r"""
W = 1
W += 1
W, other = 1, 2
other, W = 1, 2
W = other = 3
W[0] = 1
W.size = 1
W(1)
W.run(1)
let W = 1
let W, other = 1, 2
let first, *W = xs
print(W)
print(W, 1)
print(1, W)
print(x=W)
print(W=1)
print(*W, **W)
print(W, W, W)
print((W))
print(-W, not W, ~W)
print(W + 1, W - 1, W * W, W ** 2)
print(W == 1, W != W, W < 2, 1 < W)
print(W in xs)
print(W not in xs)
print(xs not in W, 1 in W)
print(W and W or W)
print(W if W else W)
print(W[0], W[1:2], xs[W], xs[W:W], xs[W:])
print(W.name, x.W, x.W.W, x.W(1))
print(W(), W(1), W(W), f(W)(W))
print([W], [W, 1], {W}, (W,), {W: W}, {"W": W}, {**W})
print("{W}", "{W:>5}", "{W + 1}", "{x:{W}}")
print([W for W in xs], {W for W in xs if W}, {W: 1 for W in xs if W not in ys})
print(fn(W): W, fn(W=1): W, lambda W: W, lambda x, W: W, fn(*W): W)
if W: pass
if W:\n    W = 2
if not W:\n    pass
if W not in xs:\n    pass
if W in xs:\n    pass
if W == 1 and W not in xs: W(2)
if x: W = 1
if x: W[0] = 1
while W:\n    W -= 1
for W in xs:\n    print(W)
for W, x in xs: pass
for x in W: pass
fn f(W):\n    return W
fn f(W, x=W, *y):\n    return W not in x
fn f(x, W=1, **y):\n    pass
fn W(x):\n    return W(x)
return W
return W not in xs
return W, 1
raise W
expect W
expect W not in xs
try:\n    pass\ncatch W:\n    pass
try:\n    pass\ncatch E as W:\n    print(W)
match x:\n    case W: pass
match x:\n    case W, y: pass
match x:\n    case [W, *y]: pass
match x:\n    case [y, *W]: pass
match x:\n    case {"a": W}: pass
match x:\n    case W(W, y): pass
match x:\n    case y as W: pass
match x:\n    case W as y: pass
match x:\n    case W if W: pass
match x:\n    case W.a | W.b: pass
match W:\n    case 1: pass
import W
import text as W
from text import W
from text import W as x, y as W
from W import x
error W
error E(W, x)
goal W = at(a, b)
goal W(x: t): at(x, b)
goal g(W: t, x: W): at(W, x)
goal g(W: t): W(x) and not W(W)
describe W(x): "so"
describe at(W, x): "so"
perform W(x):\n    pass
perform go(W):\n    print(W)
now W(x)
now not W(x)
now at(W, x) and not at(x, W)
achieve W(x)
achieve W(x) with weight=W, timeout=W.x
achieve at(W, x) keeping W(x)
achieve forall W: t (at(W, x))
achieve exists W, x: t (W(x))
print(forall W: t (at(W, x)), exists x: W (at(x, W)))
print(holds W(x), holds W)
print(plan W(x), plan not W(x), plan W)
print(goal W(x), goal "it is {W}")
domain W:\n    types:\n        W, x\n        y: W
domain d:\n    predicate W(x: W):  "so"\n    predicate p(W: t)
domain d:\n    action W(x: t):\n        effect: W(x)\n    derived W(x: t): W(x)
domain d:\n    action go(W: t):\n        precondition: W(W) and not p(W)\n        effect: not W(W)
domain d:\n    function W(x: t)\n    action go(x: t):\n        effect: p(x)\n        cost: W(x)
domain d:\n    action go(x: t):\n        effect:\n            forall W: t (when W(W): not p(W))
world W of d:\n    objects: x: t
world w of W:\n    objects: W, x: t\n    init: W(x), p(W), W(W)
world w of d:\n    init:\n        W(x)\n        p(W)
world w of d:\n    values:\n        W(x) = 3
world w of d:\n    objects:\n        W: t\n        x, W: W
""".strip().split("\n")


def shape(node: Any, word: str) -> Any:
    """The tree without its places, with the word as `W`."""
    if isinstance(node, Span):
        return None
    if isinstance(node, str):
        return "W" if node == word else node
    if isinstance(node, tuple):
        return [shape(one, word) for one in node]
    if is_dataclass(node):
        return [type(node).__name__, [shape(getattr(node, f.name), word) for f in fields(node)]]
    return node


@pytest.mark.parametrize("word", sorted(SOFT))
def test_a_soft_keyword_is_a_name_wherever_a_name_makes_sense(word: str) -> None:
    wrong = []
    for line in TEXTS:
        text = line.replace("\\n", "\n")
        meant = shape(parse(text.replace("W", "zz")), "zz")
        try:
            found = shape(parse(text.replace("W", word)), word)
        except Exception as error:
            found = str(error)
        if found != meant:
            wrong.append((line.replace("W", word), found if isinstance(found, str) else ""))
    assert wrong == []
