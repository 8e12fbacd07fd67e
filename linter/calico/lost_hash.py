"""Comments that lost their ``#``, so that YAML reads them as part of the value before them."""

from __future__ import annotations

from collections.abc import Callable

from linter.calico.repair import context_of
from linter.calico.values import Leaf
from linter.text.edit import Edit, Fix
from linter.text.lazy_regex import lazy
from linter.text.source import Span
from linter.yaml.edit import UNSAFE
from linter.yaml.nodes import Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

_VALUE_AND_WORDS = lazy(r'(\S+)([ \t]+)((?://[ \t]*|--[ \t]*|;[ \t]*)?(\S[^\r\n]*))\Z')
_SELECTOR_AND_WORDS = lazy(
    r'([^\r\n]*[\'")}])([ \t]+)((?://[ \t]*|--[ \t]*)?([A-Za-z][\w ,.:/-]*))\Z'
)
_JOINTS = frozenset(('and', 'or', 'not', 'in', 'contains', 'starts', 'ends'))
_LETTERS = lazy(r'[^\W\d_]{2}')


class Lost(NamedTuple):
    """A value, the words behind it, and how to write both."""

    value: str
    advice: str
    fix: Fix | None


def lost_comment(
    leaf: Leaf, is_value: Callable[[str], bool], right: Callable[[str], str] = str
) -> Lost | None:
    """The value before the first blank and the comment behind it; None where it looks otherwise.

    ``right``: how to write the value.
    """
    return _lost(leaf, is_value, right)


def lost_comment_of_selector(leaf: Leaf, accepts: Callable[[str], bool]) -> Lost | None:
    """The same for a selector, which has blanks itself."""
    return _lost(leaf, accepts, is_selector=True)


def _lost(
    leaf: Leaf,
    is_value: Callable[[str], bool],
    right: Callable[[str], str] = str,
    *,
    is_selector: bool = False,
) -> Lost | None:
    node = leaf.node
    if not isinstance(node, Scalar) or node.style or node.tag is not None:
        return None
    text = node.value
    if len(text) > 500:
        return None
    match = (_SELECTOR_AND_WORDS if is_selector else _VALUE_AND_WORDS).match(text)
    if match is None:
        return None
    value, gap, _, words = match.groups()
    if not is_value(value) or not _LETTERS.search(words):
        return None
    first = words.split()[0].lower()
    if is_selector and (first in _JOINTS or (' ' not in words and len(gap) == 1)):
        return None
    if not is_selector and ',' in value:
        return None
    advice = f'a comment needs #: write {right(value)}  # {words if len(words) < 60 else "…"}'
    return Lost(value, advice, _fix(leaf, node, right(value), len(words)))


def _fix(leaf: Leaf, node: Scalar, value: str, words: int) -> Fix | None:
    """Put the sign before the words; in brackets it would swallow what follows."""
    if context_of(leaf).flow or node.end - node.start != len(node.value):
        return None
    span = Span(node.start, node.end - words)
    return Fix('Make a comment of it', UNSAFE, (Edit(span, f'{value}  # '),))
