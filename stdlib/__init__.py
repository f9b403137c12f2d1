"""Modules that scripts import: one file each, `NAME.plan` or, where Python is needed, `NAME.py`."""
