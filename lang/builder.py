"""Syntax nodes from the parts of each grammar rule; one method for each rule of `grammar.lark`.

A method gets the span of the rule's text and the rule's parts (nodes, tokens that carry a value,
None for an absent optional part). What is well-formed to the grammar but not to the language
becomes a diagnostic here. Nothing here recurses over depth but the reading of formulas, whose depth
`parser.py` bounds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from planscript.lang import syntax as s
from planscript.lang.diagnostics import Diagnostic, Span
from planscript.lang.tokens import Token

Parts = Any  # a node, a token, a list of these, or None


class Builder:
    """Builds the nodes of one text; `diagnostics` collects what is wrong."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.diagnostics: list[Diagnostic] = []

    def error(self, code: str, title: str, span: Span, label: str = "", hint: str = "") -> None:
        self.diagnostics.append(Diagnostic(code, title, span, label, hint))

    def _at(self, token: Token) -> Span:
        return token.span(self.source)

    def start(self, span: Span, statement: Parts) -> Parts:
        return statement

    # ------------------------------------------------ simple statements

    def evaluate(self, span: Span, value: Parts) -> Parts:
        return s.Evaluate(self._value(value), span)

    def assign(self, span: Span, *parts: Parts) -> Parts:
        targets = tuple(self._target(one) for one in parts[:-1])
        return s.Assign(targets, self._value(parts[-1]), span)

    def augment(self, span: Span, target: Parts, sign: str, value: Parts) -> Parts:
        if isinstance(target, s.Name | s.Attribute | s.Index):
            return s.Augment(target, sign[:-1], self._value(value), span)
        self.error(
            "E0115",
            f"`{sign}` needs a variable on its left",
            target.span,
            hint="a name, an element such as `xs[0]`, or a field such as `v.field`",
        )
        return s.Pass(span)

    def augment_sign(self, span: Span, token: Token) -> Parts:
        return token.type

    def let(self, span: Span, target: Parts, value: Parts) -> Parts:
        return s.Let(self._target(target, names_only=True), self._value(value), span)

    def pass_(self, span: Span) -> Parts:
        return s.Pass(span)

    def break_(self, span: Span) -> Parts:
        return s.Break(span)

    def continue_(self, span: Span) -> Parts:
        return s.Continue(span)

    def return_(self, span: Span, value: Parts) -> Parts:
        return s.Return(None if value is None else self._value(value), span)

    def raise_(self, span: Span, value: Parts) -> Parts:
        return s.Raise(value, span)

    def fail(self, span: Span, value: Parts) -> Parts:
        return s.Fail(value, span)

    def expect(self, span: Span, value: Parts) -> Parts:
        return s.Expect(value, span)

    def now(self, span: Span, value: Parts) -> Parts:
        return s.Now(self._formula(value), span)

    def module(self, span: Span, *names: Token) -> Parts:
        return (".".join(name.text for name in names), False, names[-1].text)

    def module_path(self, span: Span, text: s.Text) -> Parts:
        path = self._plain(text, "the path of a module")
        stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        return (path, True, stem.replace("-", "_"))

    def import_(self, span: Span, module: Parts, alias: Token | None) -> Parts:
        path, is_path, stem = module
        name = alias.text if alias else stem
        if not name.isidentifier():
            self.error(
                "E0115",
                f"a module cannot be called `{name}`",
                span,
                hint=f'give it a name: `import "{path}" as something`',
            )
            name = "_"
        return s.Import(path, is_path, name, span)

    def from_import(self, span: Span, module: Parts, *names: Parts) -> Parts:
        return s.FromImport(module[0], module[1], names, span)

    def imported(self, span: Span, name: Token, alias: Token | None) -> Parts:
        return s.ImportedName(name.text, (alias or name).text, span)

    def goal_value(self, span: Span, name: Token, value: Parts) -> Parts:
        return s.GoalDef(name.text, None, self._goal(value), self._at(name), span)

    def goal_function(self, span: Span, name: Token, typed: Parts, value: Parts) -> Parts:
        goal = self._goal(value)
        return s.GoalDef(name.text, tuple(typed or ()), goal, self._at(name), span)

    def describe(self, span: Span, name: Token, names: Parts, glosses: Parts) -> Parts:
        parameters = tuple(s.Name(one.text, self._at(one)) for one in names or ())
        return s.Describe(name.text, parameters, glosses, self._at(name), span)

    def describe_thing(self, span: Span, name: Token, glosses: Parts) -> Parts:
        return s.Describe(name.text, (), glosses, self._at(name), span)

    def error_kind(self, span: Span, name: Token, parameters: Parts) -> Parts:
        return s.ErrorDef(name.text, parameters or (), self._at(name), span)

    def domain_file(self, span: Span, path: s.Text, name: Token | None) -> Parts:
        plain = self._plain(path, "the path of a PDDL file")
        return s.DomainFile(plain, name.text if name else None, path.span, span)

    def world_file(self, span: Span, path: s.Text, name: Token | None) -> Parts:
        plain = self._plain(path, "the path of a PDDL file")
        return s.WorldFile(plain, name.text if name else None, path.span, span)

    def achieve(self, span: Span, goal: Parts, *modifiers: Parts) -> Parts:
        keeping, allowing, avoiding, options = self._modifiers(modifiers)
        return s.Achieve(self._goal(goal), keeping, allowing, avoiding, options, None, span)

    # ------------------------------------------------ compound statements

    def achieve_else(self, span: Span, achieve: s.Achieve, block: s.Block) -> Parts:
        return replace(achieve, otherwise=block)

    def if_(self, span: Span, condition: Parts, body: s.Block, otherwise: Parts) -> Parts:
        condition = self._value(condition)
        return s.If(condition, body, otherwise or (), span_to(span, condition.span))

    def elif_(self, span: Span, condition: Parts, body: s.Block, otherwise: Parts) -> Parts:
        return (self.if_(span, condition, body, otherwise),)

    def otherwise(self, span: Span, body: s.Block) -> Parts:
        return body

    def else_(self, span: Span, body: s.Block) -> Parts:
        return body

    def while_(self, span: Span, condition: Parts, body: s.Block, otherwise: Parts) -> Parts:
        condition = self._value(condition)
        return s.While(condition, body, otherwise or (), span_to(span, condition.span))

    def for_(
        self, span: Span, target: Parts, values: Parts, body: s.Block, otherwise: Parts
    ) -> Parts:
        values = self._value(values)
        head = span_to(span, values.span)
        return s.For(self._target(target), values, body, otherwise or (), head)

    def function(self, span: Span, name: Token, parameters: Parts, body: s.Block) -> Parts:
        place = self._at(name)
        return s.Function(name.text, parameters or (), body, place, span_to(span, place))

    def try_(self, span: Span, body: s.Block, *rest: Parts) -> Parts:
        *catches, final = rest
        head = Span(span.source, span.line, span.column, span.line, span.column + len("try"))
        if not catches and final is None:
            self.error(
                "E0121",
                "`try` without `catch` or `finally`",
                head,
                hint="add `catch Kind as error:` with a block below the `try` block",
            )
        return s.Try(body, tuple(catches), final, head)

    def catch(self, span: Span, *parts: Parts) -> Parts:
        *kinds, name, body = parts
        kinds = [kind for kind in kinds if kind is not None]
        end = span.column + len("catch")
        head = Span(span.source, span.line, span.column, span.line, end)
        if kinds:
            head = span_to(head, kinds[-1].span)
        if name is not None:
            head = span_to(head, self._at(name))
        return s.Catch(tuple(kinds), name.text if name else None, body, head)

    def match(self, span: Span, subject: Parts, *cases: Parts) -> Parts:
        subject = self._value(subject)
        kept = tuple(case for case in cases if case is not None)
        return s.Match(subject, kept, span_to(span, subject.span))

    def case(self, span: Span, *parts: Parts) -> Parts:
        *patterns, guard, body = parts
        if len(patterns) == 1 and not isinstance(patterns[0], s.PatternRest):
            pattern = patterns[0]
        else:
            pattern = self._pattern_items(span_to(patterns[0].span, patterns[-1].span), patterns)
        end = pattern.span if guard is None else guard.span
        return s.Case(pattern, guard, body, span_to(span, end))

    def test(self, span: Span, name: s.Text, *rest: Parts) -> Parts:
        *parts, body = rest
        return s.Test(
            self._plain(name, "the name of a test"),
            tuple(part for part in parts if isinstance(part, s.Fault)),
            tuple(part for part in parts if isinstance(part, s.Event)),
            tuple(part for part in parts if isinstance(part, s.Argument)),
            body,
            span_to(span, name.span),
        )

    def fault(self, span: Span, *parts: Parts) -> Parts:
        name, number = (part for part in parts if part is not None)
        if number.value > 100:
            self.error("E0111", "no more than 100% of the steps can fail", self._at(number))
        return s.Fault(name.text, number.value / 100, self._at(name), span)

    def event(self, span: Span, value: Parts, number: Token) -> Parts:
        after = number.value if isinstance(number.value, int) else 0
        if type(number.value) is not int:
            self.error("E0111", "steps are counted in whole numbers", self._at(number))
        return s.Event(self._formula(value), after, span)

    def perform(
        self,
        span: Span,
        name: Token,
        parameters: Parts,
        settings: Parts,
        body: s.Block,
        *clauses: Parts,
    ) -> Parts:
        place = self._at(name)
        own = parameters or ()
        found: dict[str, s.OnClause] = {}
        for clause in clauses:
            if clause.event in found:
                self.error("E0119", f"`on {clause.event}` stands twice", clause.event_span)
            for one in clause.parameters:
                if any(one.name == other.name for other in own):
                    self.error("E0119", f"two parameters are called `{one.name}`", one.span)
            found[clause.event] = replace(clause, parameters=(*own, *clause.parameters))
        return s.Perform(
            name.text,
            own,
            settings or (),
            body,
            tuple(found.values()),
            place,
            span_to(span, place),
        )

    def on_clause(self, span: Span, what: Token, name: Token | None, body: s.Block) -> Parts:
        place = self._at(what)
        if what.text not in ("fail", "doubt"):
            self.error(
                "E0101",
                f"nothing is called `on {what.text}`",
                place,
                hint="the clauses of `perform` are `on fail:` and `on doubt:`",
            )
        given = s.Parameter(name.text if name else "_ps_failure", None, "plain", place)
        return s.OnClause(what.text, (given,), body, place, span_to(span, place))

    def on_what(self, span: Span, word: Token) -> Parts:
        return word

    def perform_by(self, span: Span, name: Token, value: Parts, settings: Parts) -> Parts:
        return s.PerformBy(name.text, value, settings or (), self._at(name), span)

    def settings(self, span: Span, *options: Parts) -> Parts:
        kept = tuple(one for one in options if not isinstance(one, Token))
        self._options_once(kept)
        return kept

    def block(self, span: Span, *statements: Parts) -> Parts:
        return statements

    def parameters(self, span: Span, *parameters: Parts) -> Parts:
        return parameters

    def parameter(self, span: Span, name: Token) -> Parts:
        return s.Parameter(name.text, None, "plain", span)

    def parameter_default(self, span: Span, name: Token, default: Parts) -> Parts:
        return s.Parameter(name.text, default, "plain", span)

    def parameter_rest(self, span: Span, name: Token) -> Parts:
        return s.Parameter(name.text, None, "rest", span)

    def parameter_keywords(self, span: Span, name: Token) -> Parts:
        return s.Parameter(name.text, None, "keywords", span)

    def names(self, span: Span, *names: Token) -> Parts:
        return names

    def nothing(self, span: Span) -> None:
        return None

    # ------------------------------------------------ patterns

    def pattern_as(self, span: Span, pattern: Parts, name: Token) -> Parts:
        return s.PatternAs(pattern, name.text, span)

    def pattern_rest(self, span: Span, name: Token) -> Parts:
        return s.PatternRest(None if name.text == "_" else name.text, span)

    def pattern_or(self, span: Span, *options: Parts) -> Parts:
        return s.PatternOr(options, span)

    def pattern_number(self, span: Span, number: Token) -> Parts:
        return s.PatternValue(s.Constant(number.value, span), span)  # type: ignore[arg-type]

    def pattern_negative(self, span: Span, number: Token) -> Parts:
        return s.PatternValue(s.Constant(-number.value, span), span)  # type: ignore[operator]

    def pattern_value(self, span: Span, value: Parts) -> Parts:
        return s.PatternValue(value, span)

    def pattern_name(self, span: Span, name: Token) -> Parts:
        return s.PatternAny(span) if name.text == "_" else s.PatternName(name.text, span)

    def pattern_dotted(self, span: Span, first: Token, *rest: Token) -> Parts:
        value: s.Expression = s.Name(first.text, self._at(first))
        for name in rest:
            place = self._at(name)
            value = s.Attribute(value, name.text, place, span_to(span, place))
        return s.PatternValue(value, span)

    def pattern_step(self, span: Span, name: Token, items: Parts) -> Parts:
        for item in items or ():
            if isinstance(item, s.PatternRest):
                self.error("E0117", "a step has no rest of arguments", item.span)
        return s.PatternStep(name.text, tuple(items or ()), self._at(name), span)

    def pattern_list(self, span: Span, items: Parts) -> Parts:
        return self._pattern_items(span, items or [])

    def pattern_group(self, span: Span, items: list[Parts]) -> Parts:
        if len(items) == 1 and not isinstance(items[0], s.PatternRest):
            return items[0]
        return self._pattern_items(span, items)

    def pattern_empty(self, span: Span) -> Parts:
        return s.PatternList((), span)

    def _pattern_items(self, span: Span, items: list[Parts]) -> Parts:
        rests = [item for item in items if isinstance(item, s.PatternRest)]
        for extra in rests[1:]:
            self.error("E0117", "only one `*rest` can stand in a pattern", extra.span)
        return s.PatternList(tuple(i for i in items if i not in rests[1:]), span)

    def pattern_map(self, span: Span, *entries: Parts) -> Parts:
        kept = [entry for entry in entries if isinstance(entry, tuple)]
        rests = [entry for entry in entries if isinstance(entry, s.PatternRest)]
        for extra in rests[1:]:
            self.error("E0117", "only one `**rest` can stand in a pattern", extra.span)
        return s.PatternMap(tuple(kept), rests[0] if rests else None, span)

    def patterns(self, span: Span, *items: Parts) -> Parts:
        return list(items)

    def pattern_entry(self, span: Span, key: Parts, pattern: Parts) -> Parts:
        if not isinstance(key, s.Constant | s.Text):
            self.error("E0117", "a key in a pattern is a literal", key.span)
        return (key, pattern)

    # ------------------------------------------------ domains

    def domain(self, span: Span, name: Token, *items: Parts) -> Parts:
        parts: dict[str, list[Parts]] = {}
        for item in items:
            if item is not None:
                parts.setdefault(item[0], []).extend(item[1])
        return s.DomainDef(
            name.text,
            tuple(s.TypeDef(one.name, one.types, one.span) for one in parts.get("types", ())),
            tuple(parts.get("constants", ())),
            tuple(parts.get("predicates", ())),
            tuple(parts.get("functions", ())),
            tuple(parts.get("actions", ())),
            tuple(parts.get("derived", ())),
            span_to(span, self._at(name)),
        )

    def types(self, span: Span, typed: Parts) -> Parts:
        return ("types", typed)

    def constants(self, span: Span, typed: Parts) -> Parts:
        return ("constants", typed)

    def predicate(self, span: Span, name: Token, typed: Parts, glosses: Parts) -> Parts:
        place = self._at(name)
        typed = tuple(typed or ())
        return ("predicates", [s.PredicateDef(name.text, typed, glosses or (), place, span)])

    def numeric(self, span: Span, name: Token, typed: Parts, glosses: Parts) -> Parts:
        place = self._at(name)
        typed = tuple(typed or ())
        return ("functions", [s.NumericDef(name.text, typed, glosses or (), place, span)])

    def derived(self, span: Span, name: Token, typed: Parts, body: Parts) -> Parts:
        place = self._at(name)
        typed = tuple(typed or ())
        head = span_to(span, place)
        return ("derived", [s.DerivedDef(name.text, typed, body, place, head)])

    def action(self, span: Span, name: Token, typed: Parts, glosses: Parts, *items: Parts) -> Parts:
        place = self._at(name)
        found: dict[str, Parts] = {}
        for item in items:
            if item is None:
                continue
            if item[0] in found:
                self.error(
                    "E0119",
                    f"`{item[0]}` stands twice in this action",
                    item[2],
                    hint="join the two with `and`",
                )
            found[item[0]] = item[1]
        made = s.ActionDef(
            name.text,
            tuple(typed or ()),
            glosses or (),
            found.get("precondition"),
            found.get("effect"),
            found.get("cost"),
            found.get("observe"),
            "irreversible" in found,
            place,
            span_to(span, place),
        )
        return ("actions", [made])

    def precondition(self, span: Span, formula: Parts) -> Parts:
        return ("precondition", formula, span)

    def effect_part(self, span: Span, effect: Parts) -> Parts:
        return ("effect", effect, span)

    def observe(self, span: Span, formula: Parts) -> Parts:
        return ("observe", formula, span)

    def irreversible(self, span: Span) -> Parts:
        return ("irreversible", True, span)

    def cost(self, span: Span, value: Parts) -> Parts:
        if isinstance(value, s.Constant) and type(value.value) in (int, float):
            return ("cost", value, span)
        if isinstance(value, s.Call):
            atom = self._formula(value)
            if isinstance(atom, s.Atom):
                return ("cost", atom, span)
            return None
        self.error(
            "E0117",
            "a cost is a number or a function of the parameters",
            value.span,
            hint="such as `cost: 2` or `cost: distance(a, b)`",
        )
        return None

    def typed_block(self, span: Span, *lines: Parts) -> Parts:
        return [one for line in lines if line is not None for one in line]

    def untyped(self, span: Span, names: Parts) -> Parts:
        return [s.Typed(name.text, (), self._at(name)) for name in names]

    def typed_groups(self, span: Span, *groups: list[Parts]) -> Parts:
        first = groups[0]
        for group in groups[1:]:
            first.extend(group)
        return first

    def typed_then(self, span: Span, typed: list[Parts], names: Parts) -> Parts:
        return typed + self.untyped(span, names)

    def typed_group(self, span: Span, names: Parts, *types: Token) -> Parts:
        above = tuple(s.Name(one.text, self._at(one)) for one in types)
        return [s.Typed(name.text, above, self._at(name)) for name in names]

    def formulas(self, span: Span, *values: Parts) -> Parts:
        kept = [value for value in values if value is not None]
        if len(kept) == 1:
            return self._formula(kept[0])
        return s.And(tuple(self._formula(value) for value in kept), span)

    def glosses(self, span: Span, *glosses: Parts) -> Parts:
        for number, gloss in enumerate(glosses):
            if any(gloss.language == before.language for before in glosses[:number]):
                self.error("E0119", f"two glosses for `{gloss.language}`", gloss.span)
        return glosses

    def gloss(self, span: Span, text: s.Text) -> Parts:
        return s.Gloss("en", text, span)

    def gloss_in(self, span: Span, language: Token, text: s.Text) -> Parts:
        return s.Gloss(language.text, text, span)

    def effects(self, span: Span, *effects: Parts) -> Parts:
        kept = [effect for effect in effects if effect is not None]
        return kept[0] if len(kept) == 1 else s.EffectAnd(tuple(kept), span)

    def effect_and(self, span: Span, first: Parts, rest: Parts) -> Parts:
        return s.EffectAnd(
            (first, *(rest.parts if isinstance(rest, s.EffectAnd) else (rest,))), span
        )

    def effect_when(self, span: Span, condition: Parts, effect: Parts) -> Parts:
        return s.EffectWhen(self._formula(condition), effect, span)

    def effect_true(self, span: Span, atom: Parts) -> Parts:
        return s.EffectLiteral(atom, True, span)

    def effect_false(self, span: Span, atom: Parts) -> Parts:
        return s.EffectLiteral(atom, False, span)

    def effect_forall(self, span: Span, typed: Parts, effect: Parts) -> Parts:
        return s.EffectForAll(tuple(typed), effect, span)

    # ------------------------------------------------ worlds

    def world(self, span: Span, name: Token, domain: Token, *items: Parts) -> Parts:
        parts: dict[str, list[Parts]] = {}
        goal: Parts = None
        for item in items:
            if item is None:
                continue
            if item[0] == "goal":
                goal = item[1]
            else:
                parts.setdefault(item[0], []).extend(item[1])
        place = self._at(domain)
        return s.WorldDef(
            name.text,
            s.Name(domain.text, place),
            tuple(parts.get("objects", ())),
            tuple(parts.get("init", ())),
            tuple(parts.get("unknown", ())),
            tuple(parts.get("values", ())),
            goal,
            span_to(span, place),
        )

    def objects(self, span: Span, typed: Parts) -> Parts:
        return ("objects", typed)

    def init(self, span: Span, facts: Parts) -> Parts:
        return ("init", facts)

    def unknown(self, span: Span, facts: Parts) -> Parts:
        return ("unknown", facts)

    def world_values(self, span: Span, values: Parts) -> Parts:
        return ("values", values)

    def number_values(self, span: Span, *lines: Parts) -> Parts:
        return [one for line in lines if line is not None for one in line]

    def world_goal(self, span: Span, goal: Parts) -> Parts:
        return ("goal", self._goal(goal))

    def facts(self, span: Span, *lines: Parts) -> Parts:
        return [one for line in lines if line is not None for one in line]

    def fact_list(self, span: Span, *facts: Parts) -> Parts:
        return list(facts)

    def fact(self, span: Span, name: Token, arguments: Parts) -> Parts:
        call = s.Call(s.Name(name.text, self._at(name)), arguments or (), span)
        return self._atom(call)

    def number_list(self, span: Span, *values: Parts) -> Parts:
        return list(values)

    def number_value(self, span: Span, atom: Parts, number: Token) -> Parts:
        return s.ValueDef(atom, number.value, span)  # type: ignore[arg-type]

    def negative_value(self, span: Span, atom: Parts, number: Token) -> Parts:
        return s.ValueDef(atom, -number.value, span)  # type: ignore[operator]

    # ------------------------------------------------ expressions

    def tuple_(self, span: Span, *items: Parts) -> Parts:
        return s.Sequence("tuple", items, span)

    def spread(self, span: Span, value: Parts) -> Parts:
        return s.Spread(value, False, span)

    def spread_keywords(self, span: Span, value: Parts) -> Parts:
        return s.Spread(value, True, span)

    def target(self, span: Span, *items: Parts) -> Parts:
        if len(items) == 1 and not isinstance(items[0], s.Spread):
            return items[0]
        return s.Sequence("tuple", items, span)

    def lambda_(self, span: Span, parameters: Parts, body: Parts) -> Parts:
        return s.Lambda(parameters or (), body, span)

    def plan(self, span: Span, goal: Parts, *modifiers: Parts) -> Parts:
        keeping, allowing, avoiding, options = self._modifiers(modifiers)
        return s.Plan(self._goal(goal), keeping, allowing, avoiding, options, span)

    def goal_literal(self, span: Span, _word: Token, goal: Parts) -> Parts:
        return s.GoalLiteral(self._goal(goal), span)

    def keeping(self, span: Span, goal: Parts) -> Parts:
        return ("keeping", self._goal(goal), span)

    def allowing(self, span: Span, *names: Token) -> Parts:
        kept = tuple(s.Name(n.text, self._at(n)) for n in names if n.type == "NAME")
        return ("allowing", kept, span)

    def avoiding(self, span: Span, *avoided: Parts) -> Parts:
        kept = tuple(one for one in avoided if isinstance(one, s.Avoided))
        return ("avoiding", kept, span)

    def avoided(self, span: Span, name: Token, *arguments: Parts) -> Parts:
        place = self._at(name)
        if arguments[0] is None:
            return s.Avoided(name.text, None, place, span)
        args: list[s.Expression | None] = []
        for argument in arguments[0]:
            if isinstance(argument, s.Spread) or argument.name is not None:
                self.error("E0117", "an action takes its arguments by position", argument.span)
            else:
                value = argument.value
                args.append(None if isinstance(value, s.Name) and value.id == "_" else value)
        return s.Avoided(name.text, tuple(args), place, span)

    def options(self, span: Span, *options: Parts) -> Parts:
        return ("with", tuple(one for one in options if not isinstance(one, Token)), span)

    def option(self, span: Span, name: Token, value: Parts) -> Parts:
        return s.Argument(name.text, value, span)

    def conditional(self, span: Span, then: Parts, condition: Parts, otherwise: Parts) -> Parts:
        return s.Conditional(condition, then, otherwise, span)

    def implies(self, span: Span, left: Parts, right: Parts) -> Parts:
        return s.Binary("implies", left, right, span)

    def disjunction(self, span: Span, *parts: Parts) -> Parts:
        return s.Logic("or", parts, span)

    def conjunction(self, span: Span, *parts: Parts) -> Parts:
        return s.Logic("and", parts, span)

    def not_(self, span: Span, operand: Parts) -> Parts:
        return s.Unary("not", operand, span)

    def holds(self, span: Span, goal: Parts) -> Parts:
        return s.Holds(self._goal(goal), span)

    def comparison(self, span: Span, first: Parts, *rest: Parts) -> Parts:
        pairs = tuple((rest[i], rest[i + 1]) for i in range(0, len(rest), 2))
        return s.Comparison(first, pairs, span)

    def comparison_sign(self, span: Span, *tokens: Token) -> Parts:
        return " ".join(token.type for token in tokens)

    def binary(self, span: Span, left: Parts, sign: Token, right: Parts) -> Parts:
        return s.Binary(sign.type, left, right, span)

    def power_of(self, span: Span, left: Parts, right: Parts) -> Parts:
        return s.Binary("**", left, right, span)

    def unary(self, span: Span, sign: Token, operand: Parts) -> Parts:
        return s.Unary(sign.type, operand, span)

    def call(self, span: Span, function: Parts, arguments: Parts) -> Parts:
        return s.Call(function, arguments or (), span)

    def arguments(self, span: Span, *arguments: Parts) -> Parts:
        return tuple(
            one if isinstance(one, s.Argument | s.Spread) else s.Argument(None, one, one.span)
            for one in arguments
        )

    def named_argument(self, span: Span, name: Token, value: Parts) -> Parts:
        return s.Argument(name.text, value, span)

    def index(self, span: Span, value: Parts, index: Parts) -> Parts:
        return s.Index(value, index, span)

    def slice(self, span: Span, start: Parts, stop: Parts, step: Parts = None) -> Parts:
        return s.Slice(start, stop, step, span)

    def attribute(self, span: Span, value: Parts, name: Token) -> Parts:
        return s.Attribute(value, name.text, self._at(name), span)

    def name(self, span: Span, name: Token) -> Parts:
        return s.Name(name.text, span)

    def number(self, span: Span, number: Token) -> Parts:
        return s.Constant(number.value, span)  # type: ignore[arg-type]

    def truth(self, span: Span, token: Token) -> Parts:
        return s.Constant({"true": True, "false": False, "none": None}[token.type], span)

    def list_(self, span: Span, items: Parts) -> Parts:
        return s.Sequence("list", items or (), span)

    def set_(self, span: Span, items: Parts) -> Parts:
        return s.Sequence("set", items, span)

    def map_(self, span: Span, *entries: Parts) -> Parts:
        return s.Map(entries, span)

    def list_of(self, span: Span, element: Parts, *clauses: Parts) -> Parts:
        return s.Comprehension("list", None, element, clauses, span)

    def set_of(self, span: Span, element: Parts, *clauses: Parts) -> Parts:
        return s.Comprehension("set", None, element, clauses, span)

    def map_of(self, span: Span, key: Parts, element: Parts, *clauses: Parts) -> Parts:
        return s.Comprehension("map", key, element, clauses, span)

    def group(self, span: Span, value: Parts) -> Parts:
        return value

    def forall(self, span: Span, typed: Parts, body: Parts) -> Parts:
        return s.Ask(s.ForAll(tuple(typed), self._formula(body), span), span)

    def exists(self, span: Span, typed: Parts, body: Parts) -> Parts:
        return s.Ask(s.Exists(tuple(typed), self._formula(body), span), span)

    def items(self, span: Span, *items: Parts) -> Parts:
        return items

    def entry(self, span: Span, key: Parts, value: Parts) -> Parts:
        return s.Entry(key, value, span)

    def clause(self, span: Span, target: Parts, iterable: Parts, *conditions: Parts) -> Parts:
        return s.Clause(self._target(target), iterable, conditions, span)

    def text(self, span: Span, string: Token) -> Parts:
        return s.Text((str(string.value),) if string.value else (), span)

    def slotted_text(self, span: Span, *parts: Parts) -> Parts:
        return s.Text(self._text_parts(parts), span)

    def slot(self, span: Span, *parts: Parts) -> Parts:
        return s.Slot(parts[1], None, span)

    def slot_with_spec(self, span: Span, *parts: Parts) -> Parts:
        pieces = self._text_parts(parts[3:])
        return s.Slot(parts[1], s.Text(pieces, span), span)

    def _text_parts(self, parts: Parts) -> tuple[str | s.Slot, ...]:
        return tuple(
            part if isinstance(part, s.Slot) else str(part.value)
            for part in parts
            if isinstance(part, s.Slot) or part.type == "TEXT"
        )

    # ------------------------------------------------ reading expressions as something else

    def _value(self, value: Parts) -> Parts:
        """A lone `*xs` is no value."""
        if isinstance(value, s.Spread):
            self.error(
                "E0117",
                "`*` spreads a list inside a list or a call",
                value.span,
                hint="write `[*xs]`",
            )
            return value.value
        return value

    def _plain(self, text: s.Text, what: str) -> str:
        plain = text.plain
        if plain is None:
            self.error("E0117", f"{what} has no slots", text.span, hint="write `{{` for a brace")
            return "_"
        return plain

    def _target(self, value: Parts, names_only: bool = False) -> Parts:
        """Checks that a value can be assigned to."""
        todo = [value]
        while todo:
            one = todo.pop()
            if isinstance(one, s.Sequence) and one.kind != "set" and one.items:
                todo += [i.value if isinstance(i, s.Spread) else i for i in one.items]
                if sum(isinstance(item, s.Spread) for item in one.items) > 1:
                    self.error("E0115", "only one `*rest` can stand on the left", one.span)
                    return s.Name("_", one.span)
            elif isinstance(one, s.Name) or (
                isinstance(one, s.Attribute | s.Index) and not names_only
            ):
                continue
            else:
                what = "`let` declares names" if names_only else "this cannot be assigned to"
                same_sign = isinstance(one, s.Comparison | s.Call | s.Constant | s.Logic)
                hint = "write `==` to compare" if same_sign and not names_only else ""
                if isinstance(one, s.Attribute | s.Index):
                    hint = "leave out `let` to change a part of a value"
                self.error("E0115", what, one.span, hint=hint)
                return s.Name("_", one.span)
        return value

    def _modifiers(self, modifiers: Parts) -> Any:
        found: dict[str, Parts] = {}
        for kind, value, span in modifiers:
            if kind in found:
                self.error("E0119", f"`{kind}` stands twice", span)
            found[kind] = value
        options = found.get("with", ())
        self._options_once(options)
        return found.get("keeping"), found.get("allowing"), found.get("avoiding", ()), options

    def _options_once(self, options: Parts) -> None:
        names = set()
        for option in options:
            if option.name in names:
                self.error("E0119", f"the option `{option.name}` stands twice", option.span)
            names.add(option.name)

    def _goal(self, value: Parts) -> s.Goal:
        if isinstance(value, s.Text):
            return s.GoalText(value, value.span)
        if isinstance(value, s.Call) and isinstance(value.function, s.Name):
            plain = all(isinstance(a, s.Argument) and not a.name for a in value.arguments)
            if plain:
                return s.GoalFormula(self._atom(value), value.span)
        if isinstance(value, s.Logic | s.Ask | s.Comparison) or (
            isinstance(value, s.Unary | s.Binary) and value.op in ("not", "implies")
        ):
            return s.GoalFormula(self._formula(value), value.span)
        return s.GoalValue(value, value.span)

    def _atom(self, call: s.Call) -> s.Atom:
        """The call of a plain name as an atom."""
        assert isinstance(call.function, s.Name)
        args: list[s.Expression] = []
        for argument in call.arguments:
            if isinstance(argument, s.Spread) or argument.name is not None:
                self.error("E0117", "a predicate takes its arguments by position", argument.span)
            else:
                args.append(argument.value)
        return s.Atom(call.function.id, tuple(args), call.function.span, call.span)

    def _formula(self, value: Parts) -> s.Formula:
        """Reads an expression as a formula."""
        span = value.span
        match value:
            case s.Logic(op="and"):
                return s.And(tuple(self._formula(part) for part in value.parts), span)
            case s.Logic():
                return s.Or(tuple(self._formula(part) for part in value.parts), span)
            case s.Unary(op="not"):
                return s.Not(self._formula(value.operand), span)
            case s.Binary(op="implies"):
                return s.Implies(self._formula(value.left), self._formula(value.right), span)
            case s.Ask():
                return value.formula
            case s.Call(function=s.Name()):
                return self._atom(value)
            case s.Name():
                return s.Atom(value.id, (), span, span)
            case s.Constant(value=True):
                return s.And((), span)
            case s.Constant(value=False):
                return s.Or((), span)
            case s.Comparison():
                return self._equations(value)
            case s.Text():
                title = "a formula holds no text"
                hint = 'natural language stands alone: achieve "..."'
            case s.Holds():
                title, hint = "a formula holds no `holds`", "leave the word out"
            case s.Call(function=s.Attribute()):
                title = "a formula names its predicates without a dot"
                hint = "`from module import name` brings a predicate in"
            case _:
                title = "this is no formula"
                hint = (
                    "a formula is made of predicates such as `on(a, b)`, `and`, `or`, `not`, "
                    "`implies`, `==`, `forall x: type (...)` and `exists x: type (...)`"
                )
        self.error("E0117", title, span, hint=hint)
        return s.And((), span)

    def _equations(self, value: s.Comparison) -> s.Formula:
        parts: list[s.Formula] = []
        left = value.first
        for op, right in value.rest:
            span = left.span.to(right.span)
            if op not in ("==", "!="):
                self.error(
                    "E0117",
                    f"a formula does not hold `{op}`",
                    span,
                    hint="terms of a formula are compared with `==` and `!=`",
                )
            equals = s.Equals(left, right, span)
            parts.append(s.Not(equals, span) if op == "!=" else equals)
            left = right
        return parts[0] if len(parts) == 1 else s.And(tuple(parts), value.span)


def span_to(start: Span, end: Span) -> Span:
    """From the start of one span to the end of another."""
    return Span(start.source, start.line, start.column, end.end_line, end.end_column)
