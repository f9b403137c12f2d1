"""The fronts: command line, REPL, reports."""
