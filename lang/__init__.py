"""The language itself: text in, diagnostics and code out. No input or output, no planner, no model."""
