"""Writes `docs/errors.md` from the golden files of the messages, `tests/diagnostics`.

    python tests/errors_page.py            renews the page
    UPDATE_GOLDEN=1 pytest tests/test_errors_page.py tests/lang/test_diagnostics.py
                                           renews the golden files: read the difference

What a code means is said here; what it looks like is shown by the golden files of that name.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

from command_examples import complaints

from planscript.lang.diagnostics import Diagnostic, PlanscriptError, draw
from planscript.runtime.expectations import marks_of
from planscript.runtime.goals.lock import parse_lock
from planscript.runtime.limits import Limits
from planscript.runtime.pddl.reader import read_domain, read_problem
from planscript.runtime.session import Session

TESTS = Path(__file__).parent
DIAGNOSTICS = TESTS / "diagnostics"
PAGE = TESTS.parent / "docs" / "errors.md"
# Golden files that are renewed and checked by `tests/test_errors_page.py`; those that lie in
# DIAGNOSTICS itself are the language's own, checked by `tests/lang/test_diagnostics.py`.
FOLDERS = ("run", "pddl", "lock", "check", "commands")

GROUPS = {
    "E01": "The text of a script",
    "E02": "Names, domains and goals, before a run",
    "W03": "What is allowed but likely a mistake",
    "E04": "Training data",
    "E05": "While a script runs",
    "E06": "Domains and worlds that come together during a run",
    "E07": "PDDL files, worlds and plans",
    "W07": "PDDL files: what is read all the same",
    "E08": "Goals in natural language",
    "W08": "Goals in a script that has not run",
    "E09": "Files and commands",
    "W09": "Files and commands: what ends early",
}

MEANING = {
    "E0101": "Something stands where it cannot; the message tells what was expected.",
    "E0102": "A string is not closed.",
    "E0103": "A bracket is not closed.",
    "E0104": "A bracket closes nothing.",
    "E0105": "A line is indented where no block begins, or stands at the level of no block.",
    "E0106": "Tabs in the indentation: blocks are indented with spaces.",
    "E0107": "The `:` before a block is missing.",
    "E0108": "The block after a `:` is missing.",
    "E0109": "A word that no statement begins with: misspelt, or a habit from another language.",
    "E0110": "A sign that means nothing in Planscript.",
    "E0111": "A number that is not written as numbers are, or is too large.",
    "E0112": "A backslash in a string that means nothing.",
    "E0113": "A `{` or `}` in a string without its other half.",
    "E0114": "Names that begin with `__` or `_ps` are reserved.",
    "E0115": "The left side of an assignment is nothing that can be assigned to.",
    "E0116": "Blocks or brackets are nested too deeply.",
    "E0117": "A formula, a pattern or an effect holds something that it cannot.",
    "E0119": "Something is given twice that can be given once.",
    "E0120": "Parameters or arguments stand in an order that they cannot have.",
    "E0121": "A `try` that catches nothing.",
    "E0201": "No such name is known here.",
    "E0202": "No such predicate, function or action in the domain.",
    "E0203": "No such type in the domain.",
    "E0204": "What stands in a formula is no object and no parameter.",
    "E0205": "A `perform` for an action that the domain does not have.",
    "E0206": "The number of arguments or parameters does not fit.",
    "E0207": "An object of a type that does not fit.",
    "E0208": "A `world` of a domain that is not known.",
    "E0209": "A declaration or a parameter of a name that is taken.",
    "E0210": "A statement stands where it means nothing.",
    "E0211": "A type is above itself.",
    "E0213": "A gloss speaks of something that is no parameter.",
    "E0214": "No such option after `with`.",
    "E0215": "`now` takes facts joined by `and`, and `not` before them.",
    "E0216": "No action can change a derived predicate.",
    "E0217": "A variable is used before it has a value.",
    "W0301": "A variable or an import is never used.",
    "W0302": "Code that is never reached.",
    "W0303": "A variable hides something of the domain or the world.",
    "W0304": "An action that changes nothing.",
    "W0305": "A function is defined twice; the first is never used.",
    "W0306": "A line computes something and does nothing with it.",
    "E0490": "A line of the training corpus is broken.",
    "E0500": "An error of a kind that a script declares itself, which nothing caught.",
    "E0501": "`TypeError`: an operation on values of the wrong kind.",
    "E0502": "`ValueError`: a value of the right kind that is not right itself.",
    "E0503": "`NameError`: a variable without a value, or a member that a value does not have.",
    "E0504": "`IndexError` or `LookupError`: there is no item at this index.",
    "E0505": "`KeyError`: there is no such key in a map, no such member of a set.",
    "E0506": "`ZeroDivision`: division by zero.",
    "E0507": "`RecursionLimit`: calls, or values in values, go too deep.",
    "E0508": "`ExpectationFailed`: what `expect` says is not so.",
    "E0509": "`IOError` or `EndOfInput`: a file or the input cannot be read or written.",
    "E0510": "`GrantError`: the script may not do this; whoever runs it can allow it.",
    "E0511": "`LoadError`: a module or a file that is imported cannot be had, or is wrong itself.",
    "E0520": "`Unsolvable`: no plan leads to the goal.",
    "E0521": "`PlanningLimit`: no plan was found within the limits; there may be one.",
    "E0522": "`GaveUp`: plans were made, but the world did not follow them.",
    "E0523": "`ActionFailed`: `fail` outside of what `achieve` watches over.",
    "E0530": "`GoalError` or `NotAGoal`: a text is no goal of this domain.",
    "E0531": "`Inexpressible`: the domain has no words for what a text says.",
    "E0532": "`UnknownObject`: a text names an object that the world does not have.",
    "E0533": "`Ambiguous`: a text is not understood well enough to act on.",
    "E0590": "A budget of the run is used up (`--max-steps`, `--max-depth`, `--max-memory`, "
    "`--timeout`); no script can catch this.",
    "E0591": "The default of a field of an error has to be a constant.",
    "E0601": "Two names that PDDL, which ignores case, cannot tell apart.",
    "E0602": "A type is below itself.",
    "E0603": "No such type.",
    "E0604": "Something other than an object, a parameter or a constant stands in a formula.",
    "E0605": "No such parameter or constant.",
    "E0606": "No such predicate or function.",
    "E0607": "A predicate or function with the wrong number of arguments.",
    "E0608": "A cost cannot be negative.",
    "E0609": "No such object.",
    "E0610": "An object of a type that does not fit.",
    "E0611": "No such PDDL file; paths are taken from the script's own folder.",
    "E0612": "A world without a domain before it.",
    "E0613": "A world of a domain that is not in scope.",
    "E0614": "A `perform` for an action that the domain does not have.",
    "E0615": "An action observes too many facts, or one that follows from others.",
    "E0616": "A value where a goal is wanted.",
    "E0617": "The world cannot be changed in this way.",
    "E0701": "A PDDL file cannot be read.",
    "E0702": "A PDDL file is not UTF-8 text.",
    "E0703": "Parentheses that do not match.",
    "E0704": "Parentheses are nested too deeply.",
    "E0705": "A form that PDDL does not have there.",
    "E0706": "No such predicate, function or action.",
    "E0707": "No such type.",
    "E0708": "No such object.",
    "E0709": "A variable that is not bound.",
    "E0710": "The wrong number of arguments.",
    "E0711": "An argument of a type that does not fit.",
    "E0712": "Something is declared twice.",
    "E0713": "A part of PDDL that Planscript does not have, such as durations.",
    "E0714": "A section or a part that PDDL does not know, or that is missing.",
    "E0715": "Types are above themselves.",
    "E0720": "A step of a plan cannot be done.",
    "E0731": "The cost of an action depends on a condition.",
    "E0732": "A predicate is derived from its own negation.",
    "E0733": "A cost is read that the problem gives no value.",
    "E0734": "A cost is negative or too large.",
    "E0735": "A plan cannot be written to its file.",
    "W0705": "A form that is common but not PDDL; it is read as was meant.",
    "W0707": "A type that is not declared itself, only used as a parent.",
    "W0711": "An argument that fits only in part.",
    "W0712": "Something is declared twice in the same way.",
    "W0713": "A requirement is used that `:requirements` does not list.",
    "W0714": "A section is missing, or stands where it is not read.",
    "E0801": "A lock file cannot be read.",
    "E0802": "A lock file is damaged or of another version.",
    "E0803": "A goal is not locked, and `--frozen` allows only those that are.",
    "E0804": "The domain has no words for what a text says.",
    "E0805": "A text is no goal of this domain.",
    "E0806": "A text is not understood well enough to act on.",
    "E0807": "A text names an object that the world does not have.",
    "E0810": "A goal model cannot be loaded.",
    "E0811": "A file of goals to evaluate cannot be read or is damaged.",
    "E0812": "A training cannot begin or go on.",
    "W0803": "A goal is not locked, and a run with `--frozen` will refuse it.",
    "W0804": "The domain has no words for what a text says.",
    "W0805": "A text is no goal of this domain.",
    "W0806": "A text is not understood well enough to act on.",
    "W0807": "A text names an object that the world does not have.",
    "W0820": "A goal is already true in the world that the script declares.",
    "W0821": "A goal contradicts itself: two of its parts never hold together.",
    "W0822": "A goal is out of reach, even if no action ever undid anything.",
    "E0901": "A trace cannot be written.",
    "E0902": "A plan that a planner wrote is no script, though its name also ends in `.plan`.",
    "E0903": "A file cannot be read or written.",
    "E0904": "A script is not UTF-8 text.",
    "E0905": "A lock file cannot be written.",
    "E0906": "A journal of a run cannot be read or written.",
    "E0907": "A run is followed by its journal, and the script does something else than it did.",
    "W0908": "The journal of a run that was cut off ends before the script does.",
    "E0909": "When a run was cut off, a call may have been made; making it again may do harm.",
}  # fmt: skip

# ---------------------------------------------------------------- what a file makes Planscript say


def golden_files() -> list[Path]:
    """The files whose messages are written down beside them, in `.golden` files."""
    found = sorted(DIAGNOSTICS.glob("*.plan"))
    for folder in FOLDERS:
        beside = (".golden", ".plan.lock")
        found += sorted(p for p in (DIAGNOSTICS / folder).iterdir() if not p.name.endswith(beside))
    return [path for path in found if re.match(r"[EW]\d{4}_", path.name)]


def messages(path: Path) -> str:
    """What Planscript says of a file in one of FOLDERS, as a golden file holds it."""
    text = path.read_bytes().decode("utf-8", "replace")
    found: list[Diagnostic] = []
    try:
        if path.parent.name == "run":
            _run(text, path.name)
        elif path.parent.name == "commands":
            return complaints(text) + "\n"
        elif path.parent.name == "check":
            found += _check(path)
        elif path.parent.name == "lock":
            parse_lock(text, path.name)
        else:
            _read(text, path.name, found)
    except PlanscriptError as error:
        found += error.diagnostics
    return "\n\n".join(draw(one, text) for one in found) + "\n"


def _run(text: str, source: str) -> None:
    budgets = dict(
        part.split("=") for _, said in marks_of(text).get("limits", ()) for part in said.split()
    )
    limits = Limits(**{name: int(value) for name, value in budgets.items()})
    session = Session(stdin=io.StringIO(), stdout=io.StringIO(), limits=limits, frozen=True)
    session.run_text(text, source)


def _check(path: Path) -> list[Diagnostic]:
    session = Session(frozen=True)
    found = session.check_goals(str(path))
    return [replace(one, span=one.span and replace(one.span, source=path.name)) for one in found]


def _read(text: str, source: str, warnings: list[Diagnostic]) -> None:
    if "(problem" in text:
        lift = (DIAGNOSTICS / "pddl" / "lift_domain.pddl").read_text(encoding="utf-8")
        read_problem(text, source, read_domain(lift), warnings)
    else:
        read_domain(text, source, warnings)


# ---------------------------------------------------------------- the page

_START = """# Errors

<!-- Written by `python tests/errors_page.py` from `tests/diagnostics`; do not edit. -->

Each error has a code that stays. Below, a code is followed by what it means, and by examples: a file, and what Planscript
says of it. Codes that begin with W are warnings: the script runs all the same. Kinds of errors that `catch` takes
stand first in what a code means, as in "`KeyError`: ...".
"""
_LONGEST = 40  # lines of an example that is shown
_WIDEST = 200


def page() -> str:
    """The text of `docs/errors.md`."""
    examples: dict[str, list[Path]] = {}
    for path in golden_files():
        examples.setdefault(path.name[:5], []).append(path)
    out = [_START]
    for group, title in GROUPS.items():
        out.append(f"\n## {title}\n")
        for code, meaning in MEANING.items():
            if code.startswith(group):
                out.append(f"\n### {code}\n\n{meaning}\n")
                out += [_example(path) for path in examples.get(code, ())]
    return "".join(out)


def _example(path: Path) -> str:
    text = path.read_bytes().decode("utf-8", "replace").rstrip("\n")
    golden = path.with_suffix(".golden").read_text(encoding="utf-8").rstrip("\n")
    lines = text.split("\n")
    if len(lines) > _LONGEST or max(map(len, lines)) > _WIDEST:
        return f"\n```text\n{golden}\n```\n"
    language = {".plan": "plan", ".pddl": "pddl"}.get(path.suffix, "text")
    return f"\n```{language}\n{text}\n```\n\n```text\n{golden}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE} written")
