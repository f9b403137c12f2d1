"""`planscript doctor`: what this installation can do, and what is missing."""

from __future__ import annotations

import argparse
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command has no arguments."""


def run(args: argparse.Namespace) -> int:
    """Prints one line for each part; 1 where a needed part is missing."""
    from planscript.runtime.goals import weights
    from planscript.runtime.planner import kernel

    needed = True
    print(f"python           {sys.version.split()[0]}")
    for name in ("planscript", "lark", "prompt_toolkit", "pygments", "torch", "tokenizers",
                 "safetensors", "transformers"):  # fmt: skip
        try:
            print(f"{name:<16} {version(name.replace('_', '-'))}")
        except PackageNotFoundError:
            print(f"{name:<16} missing: reinstall Planscript")
            needed = False
    if kernel.loaded():
        print("planner kernel   compiled")
    else:
        print(
            "planner kernel   not compiled, so the reference search in Python runs (much slower);\n"
            "                 install a C compiler and reinstall Planscript"
        )
    folder = Path(weights.__file__).parent
    model = folder / "model.safetensors"
    if model.is_file():
        print(f"goal model       {model.stat().st_size / 1e6:.1f} MB")
    else:
        print("goal model       missing: reinstall Planscript")
        needed = False
    return 0 if needed else 1
