"""Comments that were meant to suppress something, and are not written so."""

from __future__ import annotations

import re
from collections.abc import Callable

from linter.diagnostic import Finding
from linter.suppress.comment import ID, Comment
from linter.suppress.model import FORM
from linter.text.edit import Edit, Fix
from linter.text.source import Span
from linter.text.suggest import nearest
from linter.yaml.layout import SPACES

_LOOSE = re.compile(
    r'calico[-_ ]?lint(?P<gap>[ \t:=/,-]*)(?P<word>[a-z][a-z_-]*)?(?P<mark>[ \t]*[:=]?[ \t]*)'
    r'(?P<open>[\[({]?)',
    re.IGNORECASE,
)
_CLOSE = re.compile(r'[\])}]')
_LIKE_IGNORE = re.compile(
    r'(?:ignor\w*|disable|skip|suppress|exclude|allow|no-?lint|noqa|off)'
    r'(?:-(?:next|next-line|line|id|ids|rule|rules))?'
)
_LIKE_FILE = re.compile(
    r'(?:ignore|disable|skip|suppress|exclude|noqa)-?(?:file|files|all)|file-ignore'
)


def malformed(text: str, comment: Comment, meant: Callable[[str], str | None]) -> Finding | None:
    """What is wrong with a comment that is not written as it should be; None: it is prose.

    ``meant`` is the id of a rule that a word stands for.
    """
    found = _LOOSE.match(text, comment.start, comment.end)
    if found is None:
        return None
    word = (found['word'] or '').lower().replace('_', '-').strip('-')
    gap, rest = found['gap'], text[found.end() : comment.end]
    has_colon = ':' in gap
    is_open = bool(found['open'])
    if _LIKE_FILE.fullmatch(word) or nearest(word, ('ignore-file',)) is not None:
        form = 'ignore-file'
    elif (
        _LIKE_IGNORE.fullmatch(word)
        or nearest(word, ('ignore',)) is not None
        or (has_colon and found['open'] == '[' and not found['mark'])
    ):
        form = 'ignore'
    else:
        return None
    ids: list[str] = []
    end = found.end()
    closed = _CLOSE.search(rest) if is_open else None
    if closed is not None:
        ids = [one[0] for one in ID.finditer(rest[: closed.start()])]
        end += closed.end()
    else:
        for one in ID.finditer(rest):
            if meant(one[0]) is None:
                break
            ids.append(one[0])
            end = found.end() + one.end()
    if not (has_colon or is_open or found['mark'].strip() or ids or not rest.strip()):
        return None
    if not ids:
        end = max(found.end('word'), found.end() if is_open and not closed else end)
        shown = FORM.replace('ignore', form)
        message = f'this names no rule and so suppresses nothing: write {shown}'
        return Finding('suppression-malformed', Span(comment.start, end), message)
    ids = [meant(one) or one for one in ids]
    right = f'calico-lint: {form}[{", ".join(dict.fromkeys(ids))}]'
    span = Span(comment.start, end)
    after = '' if text[end : end + 1] in ('', *SPACES) else ' '
    return Finding(
        'suppression-malformed',
        span,
        f'this suppresses nothing: write # {right}',
        fix=Fix(f'Write {right}', 'safe', (Edit(span, right + after),)),
    )
