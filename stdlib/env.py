"""Environment variables, for scripts that may read them (`--allow-env`)."""

from __future__ import annotations

import os
from typing import Any

from planscript.runtime.library import Exports, want_text
from planscript.runtime.values import Builtin


def for_session(session: Any) -> list[Builtin]:
    """The functions of the module, under the grants of the session."""
    exports = Exports()

    @exports("get(name, default=none)", needs="env", cost="1")
    def get(name: str, default: Any = None) -> Any:
        """The text of an environment variable, or the default where it is not set."""
        session.grants.need("env")
        return os.environ.get(want_text(name, "get"), default)

    @exports("names()", needs="env")
    def names() -> list[str]:
        """The names of all environment variables, in order."""
        session.grants.need("env")
        return sorted(os.environ)

    return exports
