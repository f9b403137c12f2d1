"""`events.take`: scripts that deal with events themselves."""

from pathlib import Path

from planscript.runtime.grants import Grants
from planscript.runtime.session import Session


def test_what_was_posted_asked_for_and_added_to_a_file_is_taken_once(tmp_path: Path) -> None:
    file = tmp_path / "events.txt"
    file.write_text("before()\n")
    session = Session(grants=Grants(read=(tmp_path,)))
    it = session.run_text("import events\n")["events"].members
    it["watch"](str(file))
    it["post"]({"open(road)": True})
    it["interrupt"]("cancelled")
    it["ask"](lambda: "raining()")
    with file.open("a") as end:
        end.write("# a remark\nnot open(road)\n!stop()\n")
    session.inbox.post("from_a_thread()")
    assert it["take"]() == [
        {"open(road)": True}, "cancelled", "raining()", "from_a_thread()", "not open(road)",
        "stop()",
    ]  # fmt: skip
    assert it["take"]() == ["raining()"], "only the function tells it again"
