"""What can go wrong, and every problem of an input with its place.

>>> import numpy as np, pleegprofiel
>>> try:
...     pleegprofiel.Cohort(np.array([[0, -1], [2, 2_000_000]]), ages=(18, 19))
... except pleegprofiel.InvalidInput as error:
...     for issue in error.issues:
...         print(issue.row, issue.column, issue.message)
1 19 -1 is negative: a count is 0 or more
2 19 2000000 is above the limit of 1000000
"""

from __future__ import annotations

from typing import NamedTuple, Optional, Sequence


class Issue(NamedTuple):
    """One problem in the data: where it is and what is wrong there."""

    message: str
    """What is wrong, with the value and the limit; never the identifier of a person."""
    row: Optional[int] = None
    """Row from 1, that is ``index + 1`` of an array or a frame; in files the line."""
    column: Optional[str] = None
    """Name of the column; of an array the age."""
    file: Optional[str] = None
    """The file, when the data came from one."""
    alike: int = 1
    """How many problems of this kind there are in all; the first few of them are listed."""


class PleegprofielError(Exception):
    """Whatever this package refuses; the classes below say why."""

    issues: list[Issue]
    """Every problem found, the first few of each kind; empty when there is but one, which the text tells."""
    issue_count: int
    """How many problems there are in all."""

    def __init__(self, message: str, issues: Sequence[Issue] = (), issue_count: Optional[int] = None) -> None:
        super().__init__(message)
        self.message = message
        self.issues = list(issues)
        self.issue_count = len(self.issues) if issue_count is None else issue_count

    def __str__(self) -> str:
        return self.message

    def __reduce__(self):
        return type(self), (self.message, self.issues, self.issue_count)


class InvalidValue(PleegprofielError, ValueError):
    """A single value outside its range."""


class InvalidInput(PleegprofielError, ValueError):
    """Data that make no sense; ``issues`` lists where."""


class InvalidOptions(PleegprofielError, ValueError):
    """Options that contradict each other or the data."""


class InvalidModel(PleegprofielError, ValueError):
    """A stored model of an unknown format, or damaged."""


class Untrusted(PleegprofielError, RuntimeError):
    """A fit without an answer that can be trusted."""


class Refused(PleegprofielError, ValueError):
    """A person or case that may not or cannot be judged; ``issues`` lists why."""


class FileError(PleegprofielError, OSError):
    """A file that cannot be read or written."""


class Cancelled(PleegprofielError, RuntimeError):
    """Work that was stopped because ``progress`` returned False. Ctrl-C raises ``KeyboardInterrupt`` instead."""


class Detached(PleegprofielError, RuntimeError):
    """A fit that was pickled or read back is asked for something that needs the people it was fitted to."""


class DataWarning(UserWarning):
    """Data that look as if they meant something else than counts of events; nothing was changed."""
