"""The words of a command line before anything else reads them: which of them are files.

``pre-commit`` and ``check *`` pass the names of files behind options, and a repository may hold a
file that is called like one: ``--write-baseline=b.json``.
"""

from __future__ import annotations

import os

_END = '--'
# Options without a value: `--` behind them ends options and is no value.
_PLAIN = ('check', '--force-exclude', '--fix')


def resolved(words: list[str]) -> list[str]:
    """The words, with every file that begins with a dash as a path: ``./--fix``.

    A word that names something in the working directory is that, and no option. Behind
    ``--force-exclude --``, with which the hooks' entries end, come the options of a hook's ``args``
    and then files: there, too, a word with a dash is an option unless there is such a file.
    """
    if not any(word.startswith('-') for word in words):
        return words
    head = [*words[:1], *map(_path_with_dash, words[1:])]
    if _END not in words:
        return head
    at = words.index(_END)
    before = words[at - 1] if at else ''
    head, tail = head[:at], [_path_with_dash(word) for word in words[at + 1 :]]
    has_options = any(word.startswith('-') for word in tail)
    if before == '--force-exclude' or (before in _PLAIN and not has_options):
        return head + tail
    return [*head, _END, *tail]


def _path_with_dash(word: str) -> str:
    if word.startswith('-') and word not in ('-', _END) and os.path.lexists(word):
        return os.path.join(os.curdir, word)
    return word
