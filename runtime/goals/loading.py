"""A goal model that is loaded in a thread of its own, so that giving up the wait does no harm.

Ctrl-C in the middle of importing torch would leave it half imported: no later import of it succeeds
in the same process.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planscript.runtime.goals.language_model import LanguageModel
    from planscript.runtime.goals.predict import GoalModel

LOOK_SECONDS = 0.05  # between two chances to interrupt the wait


class Loading:
    """Begins to load the model that `model_dir` names (see `language_model.load_model`)."""

    def __init__(self, model_dir: str | None) -> None:
        self._model_dir = model_dir
        self._model: GoalModel | LanguageModel | None = None
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._load, name="goal model", daemon=True)
        self._thread.start()

    def _load(self) -> None:
        try:
            from planscript.runtime.goals.language_model import load_model

            self._model = load_model(self._model_dir)
        except Exception as error:
            self._failure = error

    @property
    def failed(self) -> bool:
        """Whether it has come to an end without a model."""
        return not self._thread.is_alive() and self._model is None

    def model(self) -> GoalModel | LanguageModel:
        """The model, once it is there. Raises what loading it raised."""
        while self._thread.is_alive():
            self._thread.join(LOOK_SECONDS)
        if self._failure is not None:
            raise self._failure
        assert self._model is not None
        return self._model
