"""Fits what a model's confidence means and when it refuses, on rows that it was not trained on.

Confidence is a logistic regression on the evidence of a prediction, fitted by Newton's method with a
little shrinkage; the refusal threshold keeps false refusals rare. Both are written to the model's
`config.json`.

    python -m planscript.runtime.goals.training.calibrate MODEL_DIR ROWS.jsonl ... --domains DIR
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from planscript.runtime.goals.training.evaluate import Outcome, evaluate_files, table

MOST_FALSE = 0.04  # share of good texts that may be refused
SHRINKAGE = 1.0


def fit_confidence(outcomes: Sequence[Outcome]) -> list[float]:
    """Bias and weights of the evidence, so that the logistic of their sum is the chance to be right."""
    kept = [o for o in outcomes if o.evidence]
    x = np.array([[1.0, *o.evidence] for o in kept])
    y = np.array([float(o.best_right) for o in kept])
    mean, spread = x[:, 1:].mean(0), x[:, 1:].std(0) + 1e-6
    z = x.copy()
    z[:, 1:] = (x[:, 1:] - mean) / spread
    weights: NDArray[np.float64] = np.zeros(z.shape[1])
    shrink = np.eye(len(weights)) * SHRINKAGE
    shrink[0, 0] = 1e-6
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(z @ weights, -30, 30)))
        gradient = z.T @ (y - p) - shrink @ weights
        hessian = (z * (p * (1 - p))[:, None]).T @ z + shrink
        weights = weights + np.linalg.solve(hessian, gradient)
    plain = weights.copy()
    plain[1:] /= spread
    plain[0] -= float((plain[1:] * mean).sum())
    return [round(float(w), 6) for w in plain]


def refusal_threshold(outcomes: Sequence[Outcome], place: int) -> float:
    """The least probability of refusing above which at most `MOST_FALSE` of good texts lie.

    `place` is where the log-odds of refusing stand in the evidence.
    """
    good = sorted(
        1 / (1 + np.exp(-o.evidence[place])) for o in outcomes if o.evidence and not o.refusable
    )
    if not good:
        return 0.5
    return round(float(good[min(len(good) - 1, int(len(good) * (1 - MOST_FALSE)))]), 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("rows", nargs="+")
    parser.add_argument("--domains")
    arguments = parser.parse_args()
    outcomes = evaluate_files(arguments.rows, arguments.domains, str(arguments.model), threads=1)
    path = arguments.model / "config.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    settings["calibration"] = fit_confidence(outcomes)
    settings["refuse_above"] = refusal_threshold(outcomes, 4)
    path.write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
    print(table(outcomes))
    print(f"refuses above {settings['refuse_above']}")


if __name__ == "__main__":
    main()
