"""The search algorithms compiled with Cython; `runtime/planner/search.py` is the same, readable."""
