"""What a script may touch beside the world, standard input and standard output: only what is
granted.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from planscript.lang.records import dataclass
from planscript.runtime.errors import run_error


@dataclass(frozen=True, slots=True)
class Grants:
    """`read` and `write`: the folders or files below which a script may read or write (None:
    nowhere).
    """

    read: tuple[Path, ...] | None = None
    write: tuple[Path, ...] | None = None
    env: bool = False
    run: bool = False
    python: bool = False

    def path(self, path: str, what: Literal["read", "write"]) -> Path:
        """The resolved path; GrantError where it is not below a granted one.

        Symbolic links and `..` are resolved first, so neither leads out of a grant.
        """
        allowed = self.read if what == "read" else self.write
        resolved = Path(path).resolve()
        for root in allowed or ():
            if resolved.is_relative_to(root.resolve()):
                return resolved
        raise run_error(
            "GrantError",
            f"the script may not {what} {path}",
            hint=f"whoever runs it can allow that: --allow-{what}={path}",
        )

    def need(self, what: Literal["env", "run", "python"]) -> None:
        """GrantError where `what` is not granted."""
        if not getattr(self, what):
            said = {
                "env": "read environment variables",
                "run": "start programs",
                "python": "import Python modules",
            }[what]
            raise run_error(
                "GrantError",
                f"the script may not {said}",
                hint=f"whoever runs it can allow that: --allow-{what}",
            )
