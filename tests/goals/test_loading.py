"""Loading the goal model in the background: giving up the wait, and failures."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import Any

import pytest

from planscript.lang.diagnostics import Diagnostic, SourceError
from planscript.runtime.goals import language_model, loading
from planscript.runtime.goals.compiler import GoalCompiler


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What `load_model` was asked for; it takes until `go` is set, and fails where that is no model."""
    asked: list[Any] = []

    def load(name: str | None) -> Any:
        asked.append(name)
        assert go.wait(60)
        if name == "broken":
            raise SourceError(Diagnostic("E0810", "broken"))
        return "the model"

    go = threading.Event()
    monkeypatch.setattr(language_model, "load_model", load)
    monkeypatch.setattr(loading.Loading, "go", go, raising=False)
    return asked


def test_a_wait_that_is_given_up_does_not_end_the_loading(
    begun: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    compiler = GoalCompiler()

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "join", interrupted)
        with pytest.raises(KeyboardInterrupt):
            _ = compiler.model
    assert not compiler.is_loaded
    compiler.begin_to_load().go.set()  # type: ignore[attr-defined]
    assert str(compiler.model) == "the model"
    assert begun == [None] and compiler.is_loaded


def test_what_goes_wrong_is_raised_where_the_model_is_wanted_each_time(begun: list[Any]) -> None:
    compiler = GoalCompiler(model_dir="broken")
    compiler.begin_to_load().go.set()  # type: ignore[attr-defined]
    for _ in range(2):
        with pytest.raises(SourceError, match="broken"):
            _ = compiler.model
    assert len(begun) >= 2


def test_loading_the_shipped_model_leaves_the_compiler_of_torch_out() -> None:
    code = """
import sys
from planscript.runtime.goals.language_model import load_model
load_model(None)
print([name for name in ("torch._dynamo", "torch._inductor") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
