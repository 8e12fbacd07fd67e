"""``path:line:column: severity[rule] message``, also where text would become code frames."""

from __future__ import annotations

from linter.report.text import write

__all__ = ['write']
