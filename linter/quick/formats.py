"""Texts whose form the schema names: what a selector, a network, a port or a protocol comes to.

Each gets the text and the style of a scalar, and the place that it stands in, and says which facts
matter further up, or None: ask the engine.
"""

from __future__ import annotations

from linter.calico import nets, ports, protocols
from linter.calico.selector.accept import accepts
from linter.policy.conjunction import conditions_of
from linter.policy.gate import CALICO, is_negative, labels_of, selects_something
from linter.quick.texts import HOSTS, NONE, as_text, number
from linter.text.lazy_regex import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from linter.quick.nodes import Facts, World


def _selector(text: str, style: str, name: str, world: World) -> Facts | None:
    if as_text(text, style, False) is None or len(text) > 1024:
        return None
    of_others = name == 'namespaceSelector'
    is_known = conditions_of(text, of_others) is not None
    if not is_known and not accepts(text):
        return None
    # Calico looks for the word wherever it stands, in quotes too.
    if 'global(' in text:
        call = text.strip(' ')
        is_alone = call.startswith('global(') and call[7:].strip(' ') == ')'
        return _GLOBAL if is_alone and name == 'namespaceSelector' else None
    # Of whose labels it speaks, the owner of a selector of accounts knows alone.
    find = labels_of if name == 'notSelector' else selects_something
    if not is_known and find(text, of_others) is None:
        return None
    facts = NONE
    if name in _OF_OTHERS and is_negative(text):
        facts = _NEGATIVE
    if name == 'own':
        if not world.is_namespaced and any(word in text for word in HOSTS):
            facts |= _HOSTS
    elif not text:
        facts |= _BLANK
    # A label that Calico gives, or everything, means something else beside other selectors.
    if name != 'namespaceSelector' and (CALICO in text or ('all(' in text and text != 'all()')):
        return None if name == 'serviceAccountSelector' else facts | _CALICO
    return facts


_OF_OTHERS = ('namespaceSelector', 'serviceAccountSelector', 'accounts')


def _cidr(text: str, style: str, name: str, world: World) -> Facts | None:
    prefix = nets.prefix_of_v4(text)
    if prefix is not None and (name != 'notNets' or prefix >= 8):
        return _FAMILIES[4]
    net = nets.parse(text) if as_text(text, style, False) is not None else None
    if net is None or net.prefix is None or not net.masked:
        return None
    if name == 'notNets' and net.prefix < 8:
        # As many of these as may be written could exclude every address.
        return None if net.prefix == 0 else _FAMILIES[net.family] | _WIDE
    return _FAMILIES[net.family]


def _net(text: str, style: str, name: str, world: World) -> Facts | None:
    if nets.prefix_of_v4(text):
        return NONE
    net = nets.parse(text) if as_text(text, style, False) is not None else None
    # A network set with all addresses is a hazard.
    return None if net is None or net.prefix == 0 else NONE


def _port(text: str, style: str, name: str, world: World) -> Facts | None:
    value = number(text, style)
    if value is None:
        port = ports.parse(text) if as_text(text, style, False) is not None else None
        # YAML 1.1 reads 22:23 as a number to base 60.
        if port is None or (not style and port.is_number and port.high < 60):
            return None
    elif not isinstance(value, int) or not (
        text[0] in _DIGITS or (text[0] == '+' and text[1] in _DIGITS) or text[1:2] in _NOT_OCTAL
    ):
        return None
    else:
        port = ports.parse(value)
    if port.problem is not None:
        return None
    return _NUMBER if port.is_number else _NAME


def _protocol(text: str, style: str, name: str, world: World) -> Facts | None:
    value = number(text, style)
    if value is None:
        protocol = protocols.parse(text, 'v3') if as_text(text, style, False) is not None else None
    else:
        protocol = protocols.parse(value, 'v3') if isinstance(value, int) else None
    if protocol is None or protocol.problem is not None:
        return None
    how = '=' if protocol.written == 'name' else '#'
    return frozenset((how + (protocol.name or ''),))


def _time(text: str, style: str, name: str, world: World) -> Facts | None:
    return NONE if as_text(text, style, False) is not None and _TIME.match(text) else None


# The last days of a month, and other zones, are for the engine.
_TIME = lazy(
    r'[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])'
    r'T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?Z\Z'
)
_DIGITS = frozenset('123456789')
_NOT_OCTAL = frozenset('xX89')
_GLOBAL = frozenset(('global', 'negative'))
_CALICO = frozenset(('calico',))
_HOSTS = frozenset(('hosts',))
_BLANK = frozenset(('blank',))
_NEGATIVE = frozenset(('negative',))
_FAMILIES = {4: frozenset(('net4',)), 6: frozenset(('net6',))}
_WIDE = frozenset(('wide',))
_NUMBER = frozenset(('number',))
_NAME = frozenset(('name',))

FORMATS: dict[str, Callable[[str, str, str, World], Facts | None]] = {
    'calico-selector': _selector,
    'calico-cidr': _cidr,
    'calico-net': _net,
    'calico-port': _port,
    'calico-protocol': _protocol,
    'date-time': _time,
}
