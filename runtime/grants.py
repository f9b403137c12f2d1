"""What a script may touch beside the world, standard input and standard output: only what is
granted.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from planscript.lang.records import dataclass
from planscript.runtime.errors import run_error


@dataclass(frozen=True, slots=True)
class Grants:
    """`read` and `write`: the folders or files below which a script may read or write (None:
    nowhere). `run`: the programs that it may start, by name or path (None: none, "*": all).
    """

    read: tuple[Path, ...] | None = None
    write: tuple[Path, ...] | None = None
    env: bool = False
    run: tuple[str, ...] | None = None
    python: bool = False
    parallel: bool = False

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

    def program(self, name: str) -> str:
        """The path of a program, found as a shell finds it; GrantError where it is not granted.

        A grant for a name is one for the program of that name that is found first, not for others
        that are called the same. Raises IOError of the language where there is no such program.
        """
        from shutil import which

        found = which(name)
        place = None if found is None else os.path.abspath(found)
        for granted in self.run or ():
            if granted in ("*", name) or (place and place == os.path.abspath(which(granted) or "")):
                if place is None:
                    raise run_error("IOError", f"no program {name}")
                return place
        raise run_error(
            "GrantError",
            f"the script may not start the program {name}",
            hint=f"whoever runs it can allow that: --allow-run={name}",
        )

    def need(self, what: Literal["env", "python", "parallel"]) -> None:
        """GrantError where `what` is not granted."""
        if not getattr(self, what):
            said = {
                "env": "read environment variables",
                "python": "import Python modules",
                "parallel": "start workers",
            }[what]
            raise run_error(
                "GrantError",
                f"the script may not {said}",
                hint=f"whoever runs it can allow that: --allow-{what}",
            )
