"""The planning model and its text form (PDDL)."""
