"""Regular expressions that are compiled when they are first used.

Compiling those that a run never needs took a tenth of its time to start.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from typing import Any, AnyStr

_METHODS = ('match', 'search', 'fullmatch', 'finditer', 'findall', 'split', 'sub')

_ATTRIBUTES = ('flags', 'groupindex', 'groups', 'pattern')


class _Lazy:
    def __init__(self, pattern: str | bytes, flags: re.RegexFlag | int) -> None:
        self._pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name not in _METHODS and name not in _ATTRIBUTES:
            raise AttributeError(name)  # somebody only wants to know what this is
        import re  # half of the time to start of a run that needs none

        compiled = re.compile(self._pattern, self._flags)
        # From now on the instance has them itself, and this is not called again.
        self.__dict__.update((method, getattr(compiled, method)) for method in _METHODS)
        return getattr(compiled, name)


def lazy(pattern: AnyStr, flags: re.RegexFlag | int = 0) -> re.Pattern[AnyStr]:
    """A pattern whose methods compile it on their first call.

    Each must take linear time: no repetition inside of or next to another one that can take the
    same characters, and of one that is searched for, none that can take its own beginning. A test
    looks at every pattern there is.
    """
    made: re.Pattern[AnyStr] = _Lazy(pattern, flags)  # type: ignore[assignment]
    return made
