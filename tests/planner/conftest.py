"""Lets the planner's tests import the random problems beside the PDDL tests."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "pddl"))
