"""Fixtures of the language's tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from script_host import TestHost, compile_text, run_text

from planscript.lang.compile import CompiledModule
from planscript.lang.diagnostics import SourceError


@pytest.fixture
def run() -> Callable[..., TestHost]:
    return run_text


@pytest.fixture
def lines() -> Callable[[str], list[str]]:
    """What a script prints."""
    return lambda text: run_text(text).printed


@pytest.fixture
def compiled() -> Callable[..., CompiledModule]:
    return compile_text


@pytest.fixture
def errors() -> Callable[..., list[str]]:
    """The codes of what is wrong with a script, in the order of the text."""

    def found(text: str, **options: Any) -> list[str]:
        try:
            compile_text(text, **options)
        except SourceError as error:
            return [one.code for one in error.diagnostics]
        return []

    return found
