"""`python -m planscript.runtime`: the same as the command `planscript`."""

from planscript.runtime.shell.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
