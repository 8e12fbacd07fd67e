"""What may be printed: text of a checked repository, made harmless for terminals and logs."""

from __future__ import annotations

import os

from linter.text.lazy_regex import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

# Of JSON, which can write the first character of a command in another way.
_COMMAND_START = lazy(r'#(?=#(?:vso|teamcity)?\[)')

COMMANDS = ('##[', '##vso[', '##teamcity[')
"""What makes a line of a log a command, wherever it stands in it."""


def escape(text: str) -> str:
    r"""Make visible what does not print: ``\n``, ``\x1b``, ``\u202e``, a stray byte as ``\xff``.

    Messages quote policies and paths, and neither may repaint a terminal or a CI log, start a
    line of its own there, or reorder what is seen: https://trojansource.codes. A byte of a path
    that is no UTF-8 arrives as a surrogate (PEP 383).

    What a CI system would take for a command, wherever it stands in a line of the log, gets a
    blank: ``# #[``. That is ``##[`` on GitHub, ``##vso[`` on Azure, ``##teamcity[`` on TeamCity.
    https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
    https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
    https://www.jetbrains.com/help/teamcity/service-messages.html
    """
    if not text.isprintable():
        text = ''.join(char if char.isprintable() else _visible(char) for char in text)
    if '##' in text:
        for command in COMMANDS:
            text = text.replace(command, f'# {command[1:]}')
    return text


def printable(text: str) -> str:
    r"""What a message quotes, with what does not print as ``\n``, ``\x1b``, ``\u202e``."""
    if text.isprintable():
        return text
    return ''.join(
        char if char.isprintable() else char.encode('unicode_escape').decode('ascii')
        for char in text
    )


def escape_line(text: str) -> str:
    """A line of the log that is no command as a whole: GitHub's start with ``::`` after blanks."""
    text = escape(text)
    return text.replace('::', ': :', 1) if text.lstrip().startswith('::') else text


def escape_json(text: str) -> str:
    r"""A line of JSON in which all that does not print, and each command, is written ``\u…``.

    JSON allows most of that as it is, but a terminal, an editor or a CI system may act on it. A
    surrogate stands for a byte of a path that is no UTF-8 (PEP 383), and cannot be encoded;
    escaped, it is what os.fsencode() needs to find the file again:
    https://www.rfc-editor.org/rfc/rfc8259#section-8.2
    """
    if not text.isprintable():
        text = ''.join(char if char.isprintable() else _json_escaped(char) for char in text)
    if '##' in text:
        text = _COMMAND_START.sub('\\\\u0023', text)
    return text


def _json_escaped(char: str) -> str:
    code = ord(char)
    if code < 0x10000:
        return f'\\u{code:04x}'
    high, low = divmod(code - 0x10000, 0x400)
    return f'\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}'


def escape_path(path: str, show: Callable[[str], str] = escape) -> str:
    """A path as a line of the log may start with it, and still a path: see ``escape_line``."""
    shown = show(path_of(path))
    return f'./{shown}' if shown.lstrip().startswith('::') else shown


def _visible(char: str) -> str:
    if '\udc80' <= char <= '\udcff':
        return f'\\x{ord(char) - 0xDC00:02x}'
    return char.encode('unicode_escape').decode('ascii')


def is_utf8(out: TextIO) -> bool:
    """Whether the output can hold every character; what is no file, as io.StringIO, can."""
    encoding = out.encoding or 'utf-8'
    return encoding.lower().replace('-', '').replace('_', '') in ('utf8', 'utf8sig')


def emit(out: TextIO, text: str) -> None:
    """Write text even where the output's encoding lacks a character: escaped, not a crash."""
    try:
        out.write(text)
    except UnicodeEncodeError:
        encoding = out.encoding or 'ascii'
        out.write(text.encode(encoding, 'backslashreplace').decode(encoding))


def path_of(path: str) -> str:
    """A path as every format shows it: with ``/``, without ``./``."""
    if os.sep != '/':
        path = path.replace(os.sep, '/')
    while path.startswith('./'):
        path = path[2:].lstrip('/')
    return path
