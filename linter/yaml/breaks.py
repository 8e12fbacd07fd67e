"""What breaks a line and what is blank, to YAML and to people.

libyaml and go-yaml read YAML 1.1, which also breaks lines at NEL, U+2028 and U+2029. People,
editors and this linter's line numbers know LF, CRLF and CR alone.
https://yaml.org/spec/1.1/#b-char
"""

from __future__ import annotations

from linter.text.lazy_regex import lazy

BREAKS = '\r\n\x85\u2028\u2029'
"""The characters at which YAML 1.1 breaks a line."""

READ_BREAKS = '\n\u2028\u2029'
"""What they are in a value that was read: CR, CRLF and NEL become LF."""

BLANKS = ' \t' + BREAKS
"""Those, and what may stand between words."""

BREAK = lazy(r'\r\n|[\r\n\x85\u2028\u2029]')
"""One of them, CRLF being one."""

COMMENT = rf'#[^{BREAKS}]*(?:[{BREAKS}]|\Z)'
"""A pattern for a comment to the end of its line, or of the text."""
