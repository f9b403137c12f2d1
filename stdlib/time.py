"""Dates and times as seconds since 1970-01-01T00:00:00Z, and durations as seconds. It reads no
clock.

Text is in the form of ISO 8601; without a zone it means UTC. Days have 86,400 seconds.
"""

from __future__ import annotations

import datetime
import re
from typing import Any

from planscript.runtime.errors import run_error
from planscript.runtime.library import Exports, want_number, want_text, want_whole

EXPORTS = Exports()
CONSTANTS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@EXPORTS("parse(text)")
def parse(text: str) -> int | float:
    """The moment that a text in the form of ISO 8601 means.

    >>> parse("1970-01-02")
    86400
    >>> parse("2024-03-01T10:30:00+01:00")
    1709285400
    """
    try:
        found = datetime.datetime.fromisoformat(want_text(text, "parse").strip())
    except ValueError:
        raise run_error(
            "ValueError",
            f"`{text}` is no date or time",
            hint="for example 2024-03-01 or 2024-03-01T10:30:00Z",
        ) from None
    if found.tzinfo is None:
        found = found.replace(tzinfo=datetime.UTC)
    return _plain((found - _EPOCH).total_seconds())


@EXPORTS("moment(year, month=1, day=1, hour=0, minute=0, second=0)", cost="1")
def moment(
    year: int, month: int = 1, day: int = 1, hour: int = 0, minute: int = 0, second: float = 0
) -> int | float:
    """The moment of a date and time in UTC.

    >>> moment(2000, 1, 1, 12)
    946728000
    """
    for part in (year, month, day, hour, minute):
        want_whole(part, "moment")
    try:
        start = datetime.datetime(year, month, day, hour, minute, tzinfo=datetime.UTC)
    except OverflowError:
        raise run_error("ValueError", "there is no such date: a number is too large") from None
    except ValueError as error:
        raise run_error("ValueError", f"there is no such date: {error}") from None
    return _plain((start - _EPOCH).total_seconds() + want_number(second, "moment"))


def _plain(seconds: float) -> int | float:
    return int(seconds) if seconds == int(seconds) else seconds


def _datetime(moment: Any, name: str) -> datetime.datetime:
    try:
        return _EPOCH + datetime.timedelta(seconds=want_number(moment, name))
    except (OverflowError, ValueError):
        raise run_error("ValueError", "the moment is outside the years 1 to 9999") from None


@EXPORTS("format(moment, pattern='{year}-{month}-{day}T{hour}:{minute}:{second}Z')")
def format(moment: float, pattern: str = "") -> str:
    """A moment as text; in a pattern, names of parts in braces stand for the parts.

    >>> format(0)
    1970-01-01T00:00:00Z
    >>> format(86400 * 45, "{{weekday}}, {{day}}.{{month}}.{{year}}")
    Sunday, 15.02.1970
    """
    found = parts(moment)
    pattern = want_text(pattern, "format") or "{year}-{month}-{day}T{hour}:{minute}:{second}Z"

    def put(match: re.Match[str]) -> str:
        value = found.get(match[1])
        if value is None:
            raise run_error(
                "ValueError",
                f"a moment has no part `{match[1]}`",
                hint="its parts are " + ", ".join(found),
            )
        width = 4 if match[1] == "year" else 3 if match[1] == "yearday" else 2
        return value if isinstance(value, str) else str(int(value)).zfill(width)

    return re.sub(r"\{(\w+)\}", put, pattern)


@EXPORTS("parts(moment)", cost="1")
def parts(moment: float) -> dict[str, Any]:
    """The parts of a moment in UTC.

    >>> parts(0)["weekday"]
    Thursday
    >>> parts(parse("2024-02-29T23:05:00"))["yearday"]
    60
    """
    found = _datetime(moment, "parts")
    return {
        "year": found.year,
        "month": found.month,
        "day": found.day,
        "hour": found.hour,
        "minute": found.minute,
        "second": found.second,
        "weekday": _WEEKDAYS[found.weekday()],
        "week": found.isocalendar().week,
        "yearday": found.timetuple().tm_yday,
    }


@EXPORTS("duration(text)")
def duration(text: str) -> int | float:
    """The seconds of a duration such as "1h 30m", "2 days", "45s" or ISO's "PT1H30M".

    >>> duration("1h 30m")
    5400
    >>> duration("2 days 4 hours")
    187200
    >>> duration("PT1H30M")
    5400
    """
    said = want_text(text, "duration").strip().lower()
    if said.startswith("p"):
        date, _, clock = said[1:].partition("t")
        said = re.sub(r"([a-z])", r"\1 ", date) + re.sub(r"([a-z])", r"\1 ", clock)
        if "m" in date:
            raise run_error("ValueError", f"`{text}`: months have no fixed length")
    total = 0.0
    rest = said
    for match in re.finditer(r"(\d+(?:\.\d+)?)\s*([a-z]+)\s*", said):
        size = next((n for name, n in CONSTANTS.items() if _means(match[2], name)), None)
        if size is None:
            break
        total += float(match[1]) * size
        rest = said[match.end() :]
    if rest:
        raise run_error(
            "ValueError", f"`{text}` is no duration", hint="for example 1h 30m, 2 days or PT45S"
        )
    return _plain(total)


def _means(written: str, unit: str) -> bool:
    return written in (unit[0], unit, unit + "s", unit[:3], unit[:3] + "s")


@EXPORTS("describe(seconds)", cost="1")
def describe(seconds: float) -> str:
    """A duration in words, in its two largest units.

    >>> describe(93784)
    1 day 2 hours
    >>> describe(61)
    1 minute 1 second
    """
    left = abs(want_number(seconds, "describe"))
    said: list[str] = []
    for unit, size in reversed(CONSTANTS.items()):
        count = int(left // size)
        if (count or (unit == "second" and not said)) and len(said) < 2:
            said.append(f"{count} {unit}{'' if count == 1 else 's'}")
        elif said:
            break
        left -= count * size
    return ("-" if seconds < 0 else "") + " ".join(said)


@EXPORTS("add_months(moment, months)", cost="1")
def add_months(moment: float, months: int) -> int | float:
    """The moment so many months later; the day is the last of the month where it has no such day.

    >>> format(add_months(parse("2024-01-31"), 1))
    2024-02-29T00:00:00Z
    """
    found = _datetime(moment, "add_months")
    month = found.year * 12 + found.month - 1 + want_whole(months, "add_months")
    year, month = divmod(month, 12)
    for day in range(found.day, 27, -1):
        try:
            later = found.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
        return _plain((later - _EPOCH).total_seconds())
    try:
        later = found.replace(year=year, month=month + 1)
    except ValueError:
        raise run_error("ValueError", "the moment is outside the years 1 to 9999") from None
    return _plain((later - _EPOCH).total_seconds())
