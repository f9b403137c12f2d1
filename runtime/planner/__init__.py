"""Problem to plan: grounding, search, heuristics, validation. Pure; no torch."""
