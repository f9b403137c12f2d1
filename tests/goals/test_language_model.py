"""Language models under the domain's grammar: whatever a random one says is a typed goal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from random_schemas import World, complaints, worlds
from small_model import ROOM

from planscript.lang.diagnostics import SourceError
from planscript.runtime.goals.language_model import LanguageModel, load_model, prompt
from planscript.runtime.goals.pddl_grammar import GoalGrammar
from planscript.runtime.pddl.model import Parameter
from planscript.runtime.pddl.reader import read_domain
from planscript.runtime.shell.cli import main

llguidance = pytest.importorskip("llguidance", reason="the extra `llm` is not installed")

OBJECTS = {"a": Parameter("a", ("lamp",)), "hall": Parameter("hall", ("place",))}


@pytest.fixture(scope="module", params=["causal", "seq2seq"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model with a byte-level tokenizer, as `save_pretrained` leaves it."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import (
        GPT2Config,
        GPT2LMHeadModel,
        PreTrainedTokenizerFast,
        T5Config,
        T5ForConditionalGeneration,
    )

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {letter: i for i, letter in enumerate(["</s>", *letters])}
    inner = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, eos_token="</s>", pad_token="</s>")
    torch.manual_seed(1)
    size = len(vocabulary)
    model: torch.nn.Module
    if request.param == "causal":
        model = GPT2LMHeadModel(
            GPT2Config(
                vocab_size=size,
                n_positions=8192,
                n_embd=16,
                n_layer=1,
                n_head=2,
                bos_token_id=0,
                eos_token_id=0,
            )
        )
    else:
        model = T5ForConditionalGeneration(
            T5Config(
                vocab_size=size,
                d_model=16,
                d_kv=8,
                d_ff=16,
                num_layers=1,
                num_heads=2,
                decoder_start_token_id=0,
                eos_token_id=0,
                pad_token_id=0,
            )
        )
    path: Path = tmp_path_factory.mktemp("models") / str(request.param)
    model.save_pretrained(path)  # type: ignore[operator]
    tokenizer.save_pretrained(path)
    return path


def test_whatever_a_random_model_says_is_a_typed_goal(folder: Path) -> None:
    model = load_model(f"hf:{folder}")
    assert isinstance(model, LanguageModel)
    domain = read_domain(ROOM)
    goals = []
    for seed in range(8):
        torch.manual_seed(seed)
        for weight in model.model.parameters():
            torch.nn.init.normal_(weight, std=0.5)
        found = model.predict("把灯打开 please", model.prepare(domain, OBJECTS))
        assert 0 <= found.confidence <= 1
        assert (found.goal is None) == found.refused
        goals += [goal for goal, _ in found.alternatives]
    assert goals
    for goal in goals:
        assert complaints(goal, domain, OBJECTS) == []


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds())
def test_every_domain_has_a_grammar(world: World) -> None:
    domain, objects = world
    grammar = GoalGrammar(domain, objects)
    matcher = llguidance.LLMatcher
    said = matcher.validate_grammar(matcher.grammar_from_lark(grammar.text))
    assert said == ""


def test_the_grammar_keeps_to_the_predicates_that_are_allowed() -> None:
    text = GoalGrammar(read_domain(ROOM), OBJECTS, {"in"}).text
    assert "(in" in text and "(lit" not in text


def test_the_prompt_shows_the_world_and_the_request() -> None:
    model = LanguageModel.__new__(LanguageModel)
    shown = prompt("light\n it", model.prepare(read_domain(ROOM), OBJECTS))
    assert "(lit ?l - lamp)" in shown and "hall - place" in shown
    assert shown.endswith("Request: light it\nGoal: ")


def test_a_model_that_is_not_there_is_an_error_and_nothing_is_fetched(tmp_path: Path) -> None:
    for name in (f"hf:{tmp_path}", "hf:no-such/model-anywhere"):
        with pytest.raises(SourceError) as caught:
            load_model(name)
        assert "hf-hub:" in caught.value.diagnostics[0].hint


def test_rows_are_predicted_by_a_language_model(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "room.pddl").write_text(ROOM)
    row = {"id": "1", "domain": "room", "text": "lamp a on", "objects": {"a": "lamp"}}
    rows, out = tmp_path / "rows.jsonl", tmp_path / "pred.jsonl"
    rows.write_text(json.dumps(row) + "\n")
    model = ["--model", f"hf:{folder}"]
    assert (
        main(["goals", "predict", str(rows), "--domains", str(tmp_path), "--out", str(out), *model])
        == 0
    )
    assert set(json.loads(out.read_text())) == {"id", "goal", "confidence", "alternatives"}
