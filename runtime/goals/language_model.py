"""Any Hugging Face language model as goal compiler: a prompt with examples, decoding under a grammar.

`--model hf:NAME_OR_DIR` takes a causal or sequence-to-sequence model from a folder, or from the
cache of earlier downloads; `--model hf-hub:NAME` may fetch it from the hub. Weights are read as
safetensors only, and no code that comes with a model is run. Needs the extra `llm`
(`pip install planscript[llm]`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import torch
from torch import Tensor

from planscript.lang.diagnostics import Diagnostic, SourceError
from planscript.runtime.goals.pddl_grammar import REFUSAL, GoalGrammar
from planscript.runtime.goals.predict import GoalModel, Prediction, Prepared
from planscript.runtime.pddl.model import (
    And,
    Atom,
    Domain,
    Exists,
    ForAll,
    Formula,
    Imply,
    Not,
    Or,
    Parameter,
)
from planscript.runtime.pddl.reader import read_formula

LOCAL, HUB = "hf:", "hf-hub:"
MOST_TOKENS = 2048  # the grammar's longest goal is shorter, unless names are very long

_EXAMPLES = """Each request is about a world. Write what is to be true in the end as one PDDL goal over the
predicates and objects of the world; write none where the request asks for nothing that they can say.

World
predicates: (on ?x - thing ?s - surface) (lit ?l - lamp)
types: lamp box - thing
objects: desk shelf - surface; lamp1 - lamp; red-box blue-box - box
Request: Could you put both boxes on the shelf?
Goal: (and (on red-box shelf) (on blue-box shelf))
Request: no lamp should be left burning
Goal: (forall (?v1 - lamp) (not (lit ?v1)))
Request: 把红盒子放到桌子上，灯要开着
Goal: (and (on red-box desk) (lit lamp1))
Request: something lit up on the desk
Goal: (exists (?v1 - lamp) (and (on ?v1 desk) (lit ?v1)))
Request: What a lovely day!
Goal: none
"""


def load_model(name: str | None) -> GoalModel | LanguageModel:
    """The model that `--model` names: a folder of ours (None: the one that ships), or `hf:...`.

    Raises: SourceError where it cannot be loaded.
    """
    if name is not None and name.startswith((LOCAL, HUB)):
        return LanguageModel.load(name)
    return GoalModel.load(name)


class LanguageModel:
    """A language model that writes goals. It offers what `GoalModel` offers, one reading a text."""

    threshold = 0.5

    def __init__(self, model: Any, tokenizer: Any, identity: str) -> None:
        from llguidance.hf import from_tokenizer

        self.model = model
        self.tokenizer = tokenizer
        self.identity = identity  # stands in lock files
        self._tokens = from_tokenizer(tokenizer, n_vocab=model.config.vocab_size)

    @classmethod
    def load(cls, name: str) -> LanguageModel:
        """The model named `hf:NAME_OR_DIR` or `hf-hub:NAME`.

        Raises: SourceError where a package is missing, or the model cannot be had.
        """
        wanted = name.removeprefix(LOCAL).removeprefix(HUB)
        try:
            import llguidance  # noqa: F401
            from transformers import (
                AutoConfig,
                AutoModelForCausalLM,
                AutoModelForSeq2SeqLM,
                AutoTokenizer,
            )
        except ImportError as error:
            raise _cannot(wanted, str(error), "pip install planscript[llm]") from error
        options: dict[str, Any] = {
            "local_files_only": not name.startswith(HUB),
            "trust_remote_code": False,
        }
        try:
            config = AutoConfig.from_pretrained(wanted, **options)
            kind = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
            tokenizer = AutoTokenizer.from_pretrained(wanted, **options)
            model = kind.from_pretrained(wanted, use_safetensors=True, **options)
            return cls(model.eval(), tokenizer, name)
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            detail = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
            remedy = "name a folder that holds a model with a fast tokenizer and safetensors"
            if not name.startswith(HUB):
                remedy += f", or let it be fetched with `--model {HUB}{wanted}`"
            raise _cannot(wanted, detail, remedy) from error

    def prepare(
        self,
        domain: Domain,
        objects: Mapping[str, Parameter],
        init: Iterable[Atom] | None = None,
        spelling: Mapping[str, str] | None = None,
    ) -> Prepared:
        """A domain and a world's objects (constants are added), ready for texts."""
        facts = frozenset(init) if init is not None else None
        return Prepared(domain, {**domain.constants, **objects}, facts, spelling or {}, None)

    @torch.inference_mode()
    def predict(
        self,
        text: str,
        prepared: Prepared,
        beam: int = 1,
        allowed_predicates: AbstractSet[str] | None = None,
    ) -> Prediction:
        """The goal that the model finds likeliest, symbol by symbol, or its refusal.

        The confidence is the probability of what was written among all that the grammar allows.
        `beam` is taken for the sake of the other model; one reading is given.
        """
        grammar = GoalGrammar(prepared.domain, prepared.objects, allowed_predicates)
        if not grammar.possible or not text.strip():
            return Prediction(None, 0.0, [], True)
        written, sure = self._write(prompt(text, prepared), grammar.text)
        if written == REFUSAL:
            return Prediction(None, sure, [], True)
        goal = read_formula(written, prepared.domain, prepared.objects, "the model's answer")
        goal = _without_repetition(goal)
        return Prediction(goal, sure, [(goal, sure)], False)

    def _write(self, prompt: str, grammar: str) -> tuple[str, float]:
        from llguidance import LLMatcher
        from transformers import LogitsProcessorList

        matcher = LLMatcher(self._tokens, LLMatcher.grammar_from_lark(grammar))
        if matcher.is_error():
            raise _cannot(self.identity, matcher.get_error(), "name another model")
        mask = _Mask(matcher, self.model.config.vocab_size)
        inputs = self.tokenizer(prompt, return_tensors="pt", return_token_type_ids=False)
        made = self.model.generate(
            **inputs,
            do_sample=False,
            num_beams=1,
            max_new_tokens=MOST_TOKENS,
            logits_processor=LogitsProcessorList([mask]),
            pad_token_id=self.tokenizer.eos_token_id,
            eos_token_id=self.tokenizer.eos_token_id,
        )
        mask.take(made)
        written = self.tokenizer.decode(
            made[0, mask.start :], skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        if not matcher.is_accepting() and not matcher.is_stopped():
            return REFUSAL, 0.0  # cut off: names too long for MOST_TOKENS
        return written.strip(), math.exp(mask.score)


class _Mask:
    """A logits processor that leaves only what the grammar allows; adds up the log-probability."""

    def __init__(self, matcher: Any, size: int) -> None:
        from llguidance.torch import allocate_token_bitmask

        self.matcher = matcher
        self.bits = allocate_token_bitmask(1, size)
        self.start = -1  # where the answer begins
        self.score = 0.0
        self._last: Tensor | None = None

    def take(self, ids: Tensor) -> None:
        """Tells the grammar the newest token."""
        if self._last is not None:
            token = int(ids[0, -1])
            self.score += float(self._last[token])
            if not self.matcher.is_stopped():
                self.matcher.consume_token(token)

    def __call__(self, ids: Tensor, scores: Tensor) -> Tensor:
        from llguidance.torch import apply_token_bitmask_inplace, fill_next_token_bitmask

        if self.start < 0:
            self.start = ids.shape[1]
        self.take(ids)
        fill_next_token_bitmask(self.matcher, self.bits)
        scores = scores.float()
        apply_token_bitmask_inplace(scores, self.bits)
        self._last = scores[0].log_softmax(0)
        return scores


def prompt(text: str, prepared: Prepared) -> str:
    """What the model is asked: examples, the world, the request."""
    domain = prepared.domain

    def typed(parameters: Iterable[Parameter]) -> str:
        return " ".join(f"{p.name} - {' or '.join(p.types)}" for p in parameters)

    predicates = []
    for predicate in domain.predicates.values():
        said = f"({' '.join(filter(None, (predicate.name, typed(predicate.parameters))))})"
        gloss = predicate.gloss.get("en") or next(iter(predicate.gloss.values()), "")
        predicates.append(f"{said} {gloss}".rstrip())
    types = "; ".join(f"{name} - {' '.join(above)}" for name, above in domain.types.items())
    objects = "; ".join(f"{n} - {' or '.join(o.types)}" for n, o in prepared.objects.items())
    return (
        f"{_EXAMPLES}\nWorld\npredicates: {'; '.join(predicates)}\ntypes: {types}\n"
        f"objects: {objects}\nRequest: {' '.join(text.split())}\nGoal: "
    )


def _without_repetition(goal: Formula) -> Formula:
    """The goal with each part of a list said once; a grammar without memory cannot see to that."""
    match goal:
        case And(parts) | Or(parts):
            kept = tuple(dict.fromkeys(_without_repetition(part) for part in parts))
            return kept[0] if len(kept) == 1 else type(goal)(kept)
        case Not(part):
            return Not(_without_repetition(part))
        case Imply(left, right):
            return Imply(_without_repetition(left), _without_repetition(right))
        case ForAll(parameters, body) | Exists(parameters, body):
            return type(goal)(parameters, _without_repetition(body))
    return goal


def _cannot(name: str, detail: str, remedy: str) -> SourceError:
    title = f"cannot use the language model {name}"
    return SourceError(Diagnostic("E0810", title, None, detail, f"{detail}; {remedy}"))
