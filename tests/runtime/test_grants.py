"""What scripts may touch: only what is granted, after links and `..` are resolved."""

from pathlib import Path

import pytest

from planscript.runtime.errors import RunError
from planscript.runtime.grants import Grants


def test_nothing_is_granted_by_itself(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="may not read"):
        Grants().path(str(tmp_path / "a"), "read")
    with pytest.raises(RunError, match="may not start the program ls"):
        Grants().program("ls")
    for what in ("env", "python"):
        with pytest.raises(RunError, match="the script may not"):
            Grants().need(what)  # type: ignore[arg-type]


def test_a_grant_covers_what_is_below_it_and_nothing_else(tmp_path: Path) -> None:
    grants = Grants(read=(tmp_path / "in",))
    assert grants.path(str(tmp_path / "in" / "a.txt"), "read") == (tmp_path / "in" / "a.txt")
    for outside in ("inside.txt", "in/../secret", "in/../in2/a"):
        with pytest.raises(RunError, match="may not read"):
            grants.path(str(tmp_path / outside), "read")
    with pytest.raises(RunError, match="may not write"):
        grants.path(str(tmp_path / "in" / "a.txt"), "write")


def test_a_link_does_not_lead_out_of_a_grant(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_text("x")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(RunError, match="may not read"):
        Grants(read=(tmp_path / "in",)).path(str(tmp_path / "in" / "link"), "read")


def test_a_grant_of_one_file(tmp_path: Path) -> None:
    grants = Grants(write=(tmp_path / "out.txt",))
    assert grants.path(str(tmp_path / "out.txt"), "write").name == "out.txt"
    with pytest.raises(RunError):
        grants.path(str(tmp_path / "out.txt.bak"), "write")


def test_a_grant_of_a_program_is_for_the_one_that_is_found_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("bin", "other"):
        (tmp_path / folder).mkdir()
        for name in ("tool", "toolbox"):
            (tmp_path / folder / name).write_text("#!/bin/sh\n")
            (tmp_path / folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    tool = str(tmp_path / "bin" / "tool")
    assert Grants(run=("tool",)).program("tool") == tool
    assert Grants(run=("tool",)).program(tool) == tool
    assert Grants(run=(tool,)).program("tool") == tool
    assert Grants(run=("*",)).program("toolbox") == tool + "box"
    for refused in ("toolbox", str(tmp_path / "other" / "tool"), "too", "none"):
        with pytest.raises(RunError, match="may not start"):
            Grants(run=("tool",)).program(refused)
    with pytest.raises(RunError, match="no program none"):
        Grants(run=("*",)).program("none")
