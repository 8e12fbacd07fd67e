"""Fields that tests and claims have in common."""

from __future__ import annotations

from linter.calico.values import Leaf, Object
from linter.policy.model import Protocol
from linter.policy.read import PROTOCOL_NUMBERS
from linter.policytest.fit import Fit
from linter.text.suggest import nearest, quoted

_NAMES = {name.lower(): name for name in PROTOCOL_NUMBERS}


def protocol_of(item: Object, fit: Fit, default: str = 'TCP') -> Protocol | None:
    """The field ``protocol``; None where it is none, which ``fit`` then says."""
    value = item.fields.get('protocol')
    if value is None:
        return default
    if not isinstance(value, Leaf) or not value.ok:
        return None
    given: int | str = value.value
    if isinstance(given, str) and given.lower() in _NAMES:
        return _NAMES[given.lower()]
    number = int(given) if not isinstance(given, str) or given.isdecimal() else 0
    if not 0 < number < 256:
        near = nearest(str(given), PROTOCOL_NUMBERS)
        known = f'{", ".join(PROTOCOL_NUMBERS)}, or a number from 1 to 255'
        advice = f'did you mean {near}?' if near else f'write {known}'
        fit.wrong(value, f'{quoted(str(given))} is not a protocol: {advice}')
        return None
    return number


def icmp_of(match: Object | None) -> tuple[int, int] | None:
    """Type and code of the field ``icmp``."""
    kind = match.leaf('type') if match is not None else None
    if match is None or kind is None:
        return None
    code = match.leaf('code')
    return kind.value, 0 if code is None else code.value
