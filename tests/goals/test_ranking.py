"""The ranker: what it looks at in a reading, that it learns, and that the model follows it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch
from small_model import ROOM, small_model

from planscript.lang.diagnostics import SourceError
from planscript.runtime.goals.inputs import text_tensors
from planscript.runtime.goals.notation import to_symbols
from planscript.runtime.goals.predict import GoalModel
from planscript.runtime.goals.ranking import FILE, NAMES, Evidence, Ranker
from planscript.runtime.goals.schema import Schema
from planscript.runtime.goals.tokens import split_text
from planscript.runtime.goals.training.rank import Lists, first_right, fit
from planscript.runtime.goals.weights_file import save_weights
from planscript.runtime.pddl.model import Parameter
from planscript.runtime.pddl.reader import read_domain, read_formula

OBJECTS = {
    "ann": Parameter("ann", ("lamp",)),
    "bob": Parameter("bob", ("lamp",)),
    "den": Parameter("den", ("place",)),
}


def evidence(text: str, goal: str, facts: tuple[str, ...] = ()) -> dict[str, float]:
    model = small_model()
    domain = read_domain(ROOM)
    schema = Schema(domain, OBJECTS)
    inputs = text_tensors([text], schema, model.vocabulary)
    with torch.inference_mode():
        memory, _ = model.read(inputs, model.encode(schema))
    wanted = read_formula(goal, domain, OBJECTS, "goal")
    known = frozenset(read_formula(fact, domain, OBJECTS, "fact") for fact in facts)
    symbols = to_symbols(schema.grammar, wanted)
    assert symbols is not None
    words = [word.text for word in split_text(text, model.vocabulary)]
    seen = Evidence(
        schema,
        words,
        inputs.owner[0],
        memory.links[0],
        memory.used[0],
        inputs.features[0],
        known,  # type: ignore[arg-type]
    )
    return dict(zip(NAMES, seen.of(wanted, symbols, (0.0, 0.0, -1.0, 0.0, 0.0)), strict=True))


def test_an_object_that_the_text_names_and_the_goal_leaves_out_is_seen() -> None:
    both = evidence("ann and bob lit", "(and (lit ann) (lit bob))")
    one = evidence("ann and bob lit", "(lit ann)")
    assert (both["names missed"], one["names missed"]) == (0, 1)
    assert (both["names invented"], one["names invented"]) == (0, 0)


def test_an_object_that_the_text_does_not_name_is_seen() -> None:
    assert evidence("ann lit", "(and (lit ann) (lit bob))")["names invented"] == 1


def test_the_order_of_the_names_is_compared_with_that_of_the_arguments() -> None:
    kept = evidence("ann in the den", "(in ann den)")
    turned = evidence("the den has ann", "(in ann den)")
    assert (kept["in order"], kept["swapped"]) == (1, 0)
    assert (turned["in order"], turned["swapped"]) == (0, 1)


def test_a_goal_that_holds_already_is_seen_where_the_facts_are_known() -> None:
    goal = "(and (lit ann) (lit bob))"
    half = evidence("ann and bob lit", goal, ("(lit ann)",))
    whole = evidence("ann and bob lit", goal, ("(lit ann)", "(lit bob)"))
    assert (half["true"], half["true parts"]) == (0, 0.5)
    assert (whole["true"], whole["true parts"]) == (1, 1)


def test_connectives_are_compared_with_their_words() -> None:
    meant = evidence("ann not lit", "(not (lit ann))")
    missed = evidence("ann not lit", "(lit ann)")
    made_up = evidence("ann lit", "(not (lit ann))")
    assert [meant["said 0"], missed["unsaid 0"], made_up["unheard 0"]] == [1, 1, 1]
    assert [missed["said 0"], meant["unsaid 0"], meant["unheard 0"]] == [0, 0, 0]


def made_up_lists(count: int) -> Lists:
    """Lists of three readings; the right one has the largest fifth figure, not the best rank."""
    draw = random.Random(3)
    rows, right, text = [], [], []
    for number in range(count):
        group = [[draw.gauss(0, 1) for _ in NAMES] for _ in range(3)]
        best = max(range(3), key=lambda i: group[i][4])
        rows += group
        right += [float(i == best) for i in range(3)]
        text += [number] * 3
    return Lists(torch.tensor(rows), torch.tensor(right), torch.tensor(text))


def test_a_ranker_learns_what_tells_right_readings_from_wrong_ones(tmp_path: Path) -> None:
    lists, others = made_up_lists(1000), made_up_lists(1100)
    others = Lists(others.evidence[3000:], others.right[3000:], others.text[3000:])
    ranker = fit(lists, epochs=12)
    assert first_right(None, others) < 0.5
    assert first_right(ranker, others) > 0.75
    ranker.save(tmp_path)
    again = Ranker.load(tmp_path)
    assert again is not None
    assert torch.equal(ranker(others.evidence), again(others.evidence))


def test_the_model_gives_the_readings_in_the_rankers_order() -> None:
    model = small_model(4, sharpness=5)
    model.refuse_above = 2.0
    prepared = model.prepare(read_domain(ROOM), OBJECTS)
    plain = model.predict("light ann", prepared)
    ranker = Ranker()
    with torch.no_grad():
        for value in ranker.parameters():
            value.zero_()
        ranker.spread.fill_(1)
        ranker.line.weight[0, NAMES.index("behind")] = 1.0  # the least likely first
    model.ranker = ranker.requires_grad_(False).eval()
    turned = model.predict("light ann", prepared)
    readings = [goal for goal, _ in plain.alternatives]
    assert len(readings) > 1
    assert [goal for goal, _ in turned.alternatives] == readings[::-1]
    shares = [share for _, share in turned.alternatives]
    assert shares == sorted(shares, reverse=True)
    assert turned.goal == readings[-1]


@pytest.mark.parametrize("damage", ["cut", "empty", "of another shape"])
def test_a_broken_ranker_is_an_error_with_a_remedy(tmp_path: Path, damage: str) -> None:
    model = small_model()
    save_weights(tmp_path, model.network, model.vocabulary, {})
    assert GoalModel.load(tmp_path).ranker is None
    Ranker(len(NAMES) + (damage == "of another shape")).save(tmp_path)
    path = tmp_path / FILE
    if damage != "of another shape":
        path.write_bytes(b"" if damage == "empty" else path.read_bytes()[:200])
    with pytest.raises(SourceError) as error:
        GoalModel.load(tmp_path)
    assert "--model" in error.value.diagnostics[0].hint
