"""The language itself: text in, diagnostics and code out. No I/O, no planner, no model."""
