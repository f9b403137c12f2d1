"""A small host of the tests' own, so that the language is tested without the runtime.

It runs scripts with a few builtins and writes down what generated code asks of the host.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from planscript.lang.compile import CompiledModule, compile_script


class ScriptError(Exception):
    """What `raise` and `fail` of a script raise here."""

    def __init__(self, kind: str, value: Any) -> None:
        super().__init__(value)
        self.kind = kind
        self.value = value


class Kind:
    """A kind of error: `kind(fields)` makes an error."""

    def __init__(self, name: str, *python: type[Exception]) -> None:
        self.name = name
        self.python = python

    def __call__(self, *args: Any) -> ScriptError:
        return ScriptError(self.name, list(args))


class TestHost:
    """Implements `planscript.lang.host.Host` as plainly as can be."""

    __test__ = False
    catchable = Exception

    def __init__(self) -> None:
        self.printed: list[str] = []
        self.asked: list[tuple[Any, ...]] = []  # calls of acting hooks, in order
        self.echoed: list[Any] = []
        self.tests: dict[str, Callable[[], Any]] = {}
        self.handlers: dict[str, Callable[..., Any]] = {}
        self.steps = 0
        self.globals: dict[str, Any] = {}

    def mul(self, left: Any, right: Any) -> Any:
        return left * right

    def pow(self, left: Any, right: Any) -> Any:
        return left**right

    def lshift(self, left: Any, right: Any) -> Any:
        return left << right

    def pos(self, value: Any) -> Any:
        return +value

    def attr(self, value: Any, name: str) -> Any:
        self.asked.append(("attr", name))
        allowed = {list: "append pop", dict: "get items keys", str: "upper split join"}
        if type(value) is ScriptError and name in ("value", "kind"):
            return getattr(value, name)
        if isinstance(value, dict) and name in value:  # a module, here
            return value[name]
        if name not in allowed.get(type(value), "").split():
            raise ScriptError("NameError", f"no member {name}")
        return getattr(value, name)

    def set_attr(self, value: Any, name: str, new: Any) -> None:
        value[name] = new

    def show(self, value: Any) -> str:
        return (
            {True: "true", False: "false", None: "none"}.get(value, str(value))
            if (value is None or isinstance(value, bool))
            else str(value)
        )

    def format(self, value: Any, spec: str) -> str:
        return f"<{self.show(value)}:{spec}>"

    def iter(self, value: Any) -> Any:
        return value

    bounded = iter

    def contains(self, container: Any, value: Any) -> bool:
        return value in container

    def echo(self, value: Any) -> None:
        self.echoed.append(value)

    def is_list(self, value: Any) -> bool:
        return isinstance(value, list | tuple)

    def is_map(self, value: Any, keys: Any) -> bool:
        return isinstance(value, dict) and all(key in value for key in keys)

    def without(self, value: Any, keys: Any) -> Any:
        return {k: v for k, v in value.items() if k not in keys}

    def step_args(self, value: Any, kind: Any, count: int) -> Any:
        """A step, here, is a tuple of its action's name and its arguments."""
        if isinstance(value, tuple) and value[0] == kind and len(value) == count + 1:
            return value[1:]
        return None

    def import_module(self, name: str, is_path: bool) -> Any:
        return {"name": name, "is_path": is_path, "double": lambda x: x * 2}

    def declare_domain(self, node: Any) -> None:
        self.asked.append(("domain", node))
        for action in node.actions:
            self.globals[action.name] = action.name
        for predicate in node.predicates:
            self.globals[predicate.name] = self._query

    def _query(self, *args: Any) -> bool:
        self.asked.append(("query", args))
        return True

    def declare_world(self, node: Any) -> None:
        self.asked.append(("world", node))
        for one in node.objects:
            self.globals[one.name] = f"<{one.name}>"

    def describe(self, node: Any) -> None:
        self.asked.append(("describe", node))

    def perform(self, node: Any, handler: Any, clauses: Any, options: Any) -> None:
        self.handlers[node.action] = handler
        for event, clause in clauses.items():
            self.handlers[f"on {event} of {node.action}"] = clause
        if options:
            self.asked.append(("handling", node.action, options))

    def name_goal(self, node: Any, make: Callable[..., Any]) -> Any:
        return make if node.parameters is not None else make()

    def define_error(self, node: Any) -> Any:
        return Kind(node.name)

    def test(self, node: Any, body: Callable[[], Any], events: Any, options: Any) -> None:
        self.tests[node.name] = body
        self.asked.append(("test", node, events, options))

    def expect(self, value: Any, node: Any, sides: Any) -> None:
        if not value:
            raise ScriptError("ExpectationFailed", sides)

    def goal_text(self, node: Any, parts: Any) -> Any:
        return ("text", tuple(parts))

    def goal_formula(self, node: Any, env: Any) -> Any:
        return ("formula", node, dict(env))

    def goal_value(self, value: Any) -> Any:
        return ("value", value)

    def ask(self, node: Any, env: Any) -> bool:
        self.asked.append(("ask", node, dict(env)))
        return True

    def achieve(
        self, goal: Any, keeping: Any, allowing: Any, avoiding: Any, options: Any, has_else: bool
    ) -> bool:
        self.asked.append(("achieve", goal, keeping, allowing, options, has_else))
        if avoiding:
            self.asked.append(("avoiding", avoiding))
        return not has_else

    def plan(self, goal: Any, keeping: Any, allowing: Any, avoiding: Any, options: Any) -> Any:
        self.asked.append(("plan", goal, keeping, allowing, options))
        return [("pick", "apple", "table")]

    def holds(self, goal: Any) -> bool:
        self.asked.append(("holds", goal))
        return True

    def now(self, goal: Any) -> None:
        self.asked.append(("now", goal))

    def fail(self, value: Any) -> None:
        raise ScriptError("ActionFailed", value)

    def raise_(self, value: Any) -> None:
        raise value

    def caught(self, error: BaseException) -> Any:
        return error

    def matches(self, error: Any, kind: Any) -> bool:
        if isinstance(error, ScriptError):
            return error.kind == kind.name
        return isinstance(error, kind.python)

    @property
    def ticks(self) -> TestHost:
        return self

    def __iter__(self) -> TestHost:
        return self

    def __next__(self) -> bool:
        self.steps += 1
        return True


def builtins_for(host: TestHost) -> dict[str, Any]:
    def print_values(*values: Any) -> None:
        host.printed.append(" ".join(map(host.show, values)))

    return {
        "print": print_values,
        "range": range,
        "len": len,
        "items": lambda m: list(m.items()),
        "sorted": sorted,
        "sum": sum,
        "list": list,
        "str": str,
        "ZeroDivision": Kind("ZeroDivision", ZeroDivisionError),
        "AnyError": Kind("AnyError", Exception),
    }


NAMES = frozenset(builtins_for(TestHost()))


def compile_text(text: str, **options: Any) -> CompiledModule:
    return compile_script(text, "test.plan", builtins=NAMES, **options)


def run_text(text: str, host: TestHost | None = None, **options: Any) -> TestHost:
    """Compiles and runs a script; the host tells what happened."""
    host = host or TestHost()
    module = compile_text(text, **options)
    host.globals["__builtins__"] = builtins_for(host)
    host.globals |= module.bind(host)  # type: ignore[arg-type]
    exec(module.code, host.globals)
    return host
