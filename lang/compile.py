"""Text -> compiled module: the whole way through the language in one function."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from types import CodeType
from typing import Any

from planscript.lang.codegen import Codegen
from planscript.lang.depth import at_any_depth
from planscript.lang.diagnostics import Diagnostic, SourceError, Span
from planscript.lang.host import Host
from planscript.lang.parser import parse_to_depth
from planscript.lang.records import dataclass
from planscript.lang.resolver import Known, LoadSignature, resolve


@dataclass(frozen=True, slots=True)
class CompiledModule:
    """A script, ready to run: `exec(module.code, globals)`.

    `globals` needs the builtins of the language as `__builtins__` and what `bind(host)` gives.
    `nodes` are the syntax nodes that the code hands to the host. `known` says what the module
    declares, for the next input of a conversation.
    """

    code: CodeType
    nodes: tuple[Any, ...]
    nodes_name: str
    hooks: frozenset[str]
    raw: Mapping[str, Any]
    warnings: tuple[Diagnostic, ...]
    known: Known

    def bind(self, host: Host) -> dict[str, Any]:
        """The globals, all under names that begin with `_ps`, that the code needs."""
        bound: dict[str, Any] = {"_ps_" + name: getattr(host, name) for name in self.hooks}
        bound |= self.raw
        bound[self.nodes_name] = self.nodes
        bound["_ps_nodes"] = self.nodes  # marks the globals of a script
        return bound


def compile_script(
    text: str,
    source: str = "<input>",
    *,
    builtins: Iterable[str],
    counting: bool = False,
    interactive: bool = False,
    known: Known | frozenset[str] = Known(),
    load_signature: LoadSignature | None = None,
    load_objects: LoadSignature | None = None,
) -> CompiledModule:
    """Compiles a script.

    `source` is the file name for messages and tracebacks. `builtins` are the names that every
    script has. `counting` takes a step off `Host.ticks` at each loop turn and function call.
    `interactive`: the values of top-level expressions go to `Host.echo`. `known` is what earlier
    inputs of a conversation declared (their `CompiledModule.known`, or just names). The two loaders
    are described at `resolver.resolve`.

    Raises SourceError with everything that is wrong with the text.
    """
    if not isinstance(known, Known):
        known = Known({n: "known" for n in known if not n.startswith(("_ps", "__"))})

    def work(max_depth: int) -> CompiledModule:
        tree = parse_to_depth(text, source, max_depth)
        resolution = resolve(
            tree,
            builtins=builtins,
            known=known,
            load_signature=load_signature,
            load_objects=load_objects,
            interactive=interactive,
        )
        digest = hashlib.sha256(f"{source}\0{text}".encode("utf-8", "replace")).hexdigest()[:12]
        nodes_name = f"_ps_nodes_{digest}"
        generator = Codegen(
            resolution.scopes,
            resolution.value_goals,
            nodes_name=nodes_name,
            counting=counting,
            interactive=interactive,
            trusted=not interactive and not known.kinds,
        )
        try:
            code = generator.module(tree)
        except RecursionError:
            raise _too_much(source, 1, "nested too deeply") from None
        except SyntaxError as error:
            raise _too_much(source, error.lineno or 1, _reason(error)) from None
        return CompiledModule(
            code,
            tuple(generator.nodes),
            nodes_name,
            frozenset(generator.hooks),
            generator.raw,
            tuple(resolution.warnings),
            resolution.known,
        )

    return at_any_depth(work)


def _too_much(source: str, line: int, title: str) -> SourceError:
    return SourceError(
        Diagnostic(
            "E0116",
            title,
            Span(source, line, 1, line, 1),
            hint="take it apart into functions",
        )
    )


def _reason(error: SyntaxError) -> str:
    if "nested blocks" in str(error):
        return "more than 20 loops and `try` blocks inside one another"
    return f"this cannot be compiled: {error.msg}"
