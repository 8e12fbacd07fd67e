"""What people write in a selector, and what they should: one function for each mistake.

A hint looks at the place where the grammar stopped and returns a Mistake, or None where it is not
the mistake that it knows. HINTS says which are asked at which kind of place, and in what order.
"""

from __future__ import annotations

from linter.calico.selector.hint_anywhere import (
    comment,
    curly_quotes,
    label_character,
    line_break,
    odd_blank,
    single_sign,
    stray,
    unterminated,
)
from linter.calico.selector.hint_condition import (
    asterisk,
    long_label,
    no_condition,
    no_label,
    quoted_twice,
    reserved,
)
from linter.calico.selector.hint_operator import (
    bare_label,
    call,
    exclamation_mark,
    has_word,
    no_operator,
    not_word,
    sign,
)
from linter.calico.selector.hint_rest import (
    and_or,
    call_not_closed,
    has_compared,
    more_in_all,
    more_in_has,
    no_joint,
    not_a_label,
    open_parenthesis,
    separator,
)
from linter.calico.selector.hint_value import (
    bracketed_value,
    escaped_quotes,
    extra_comma,
    more_equals,
    negated_value,
    no_comma,
    no_value,
    quote_in_value,
    set_as_value,
    set_not_closed,
    set_without_braces,
    swallowed,
    unquoted_items,
    unquoted_value,
    wrong_brackets,
)
from linter.calico.selector.hint_word import word_operator
from linter.calico.selector.place import Hint

_BLANKS_AND_QUOTES = (line_break, odd_blank, curly_quotes)

HINTS: dict[str, tuple[Hint, ...]] = {
    slot: (*_BLANKS_AND_QUOTES, *hints)
    for slot, hints in {
        'condition': (
            quoted_twice, unterminated, no_condition, single_sign, no_label, asterisk,
            comment, reserved, long_label, stray, label_character,
        ),
        'operator': (
            single_sign, not_word, has_word, call, bare_label, sign, comment,
            label_character, exclamation_mark, word_operator, unterminated, no_operator,
            stray,
        ),
        'value': (
            unterminated, no_value, more_equals, set_as_value, bracketed_value,
            escaped_quotes, negated_value, unquoted_value,
        ),
        'set': (unterminated, no_value, more_equals, wrong_brackets, set_without_braces),
        'item': (unterminated, set_not_closed, extra_comma, escaped_quotes, unquoted_items),
        'comma': (swallowed, quote_in_value, unterminated, no_comma, set_not_closed),
        'label': (unterminated, call_not_closed, not_a_label, long_label, label_character),
        'close': (call_not_closed, label_character, more_in_has, more_in_all),
        'joint': (
            swallowed, quote_in_value, open_parenthesis, stray, single_sign, and_or,
            separator, comment, has_compared, unterminated, no_joint,
        ),
    }.items()
}  # fmt: skip
