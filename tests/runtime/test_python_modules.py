"""Modules of Python in scripts: only when granted, and only plain values in and out."""

import io

import pytest

from planscript.runtime.errors import RunError
from planscript.runtime.grants import Grants
from planscript.runtime.session import Session


def run(text: str, granted: bool = True) -> str:
    stream = io.StringIO()
    Session(stdout=stream, grants=Grants(python=granted)).run_text(text)
    return stream.getvalue()


def test_nothing_of_python_without_the_grant() -> None:
    with pytest.raises(RunError, match="may not import Python modules"):
        run("import python.math as m\n", granted=False)


def test_functions_take_and_give_plain_values() -> None:
    text = """
import python.statistics as st
import python.itertools as it
import python.textwrap as tw
print(st.mean([1, 2, 6]), st.mode("banana"), it.chain([1], [2]), tw.wrap("a b c", 3))
"""
    assert run(text) == '3 a [1, 2] ["a b", "c"]\n'


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("m.sqrt(-1)", "math.sqrt() of Python: math domain error"),
        ("m.sqrt(print)", "takes numbers, text, lists and maps, not a function"),
        ("m.nothing", "the module `math` has no `nothing`"),
        ("c.Counter", "<fn"),
        ("print(i.Path('x'))", "gives a `PosixPath`, which is no value of Planscript"),
    ],
)
def test_no_python_object_reaches_a_script(line: str, message: str) -> None:
    head = "import python.math as m\nimport python.collections as c\nimport python.pathlib as i\n"
    if message == "<fn":
        assert run(head + f"print({line})\n").startswith("<fn")
        return
    with pytest.raises(RunError) as caught:
        run(head + line + "\n")
    assert message in caught.value.diagnostics[0].title


def test_a_module_that_is_not_there() -> None:
    with pytest.raises(RunError, match="Python has no module `nonesuch`"):
        run("import python.nonesuch as n\n")
