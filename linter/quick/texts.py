"""Texts that a rule looks at, though the schema knows no format for them.

Each table names the rules whose conditions it mirrors. What is said here may be stricter than the
rule, never laxer: the engine has the last word.
"""

from __future__ import annotations

from linter.calico import names, nets, ports
from linter.calico.kinds import POLICY_KINDS, TIER_ORDERS
from linter.yaml.scalars import go_string, plain_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from linter.quick.nodes import Facts, World

NONE: Facts = frozenset()


def as_text(text: str, style: str, coerces: bool) -> str | None:
    """The text of a scalar where text is wanted; None: YAML reads something else.

    ``coerces``: a number or boolean that becomes the very text that is written will do.
    """
    if style:
        return text
    value = plain_value(text)
    if value.__class__ is str or (coerces and value is not None and go_string(value) == text):
        return text
    return None


def number(text: str, style: str) -> int | float | None:
    """The number that a scalar is; one without a fraction is whole, however it is written."""
    if not style and len(text) < 16 and text.isdigit() and text.isascii() and text[0] != '0':
        return int(text)
    value = None if style else plain_value(text)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value - value != 0:
        return None  # JSON has neither infinity nor NaN
    return value


def _name(text: str, world: World) -> Facts | None:
    """name-invalid, name-missing, name-reserved, tier-name-prefix, tier-builtin."""
    if len(text) > 253 or not names.is_subdomain(text) or text.startswith(_DERIVED):
        return None
    if world.kind == 'Tier' and ('.' in text or len(text) > 63 or text in TIER_ORDERS):
        return None
    if '.' not in text or world.kind not in POLICY_KINDS:
        return NONE
    fact = 'policy-name-dot' if world.is_namespaced else 'global-policy-name-dot'
    if text.count('.') > 1 or world.minds(fact):
        return None
    return frozenset((f'={text.partition(".")[0]}', f'?{fact}'))


# Calico names so what it makes of other objects.
_DERIVED = ('knp.', 'kanp.', 'kbanp.', 'ossg.', 'projectcalico-default-allow')


def _tier(text: str, world: World) -> Facts | None:
    """name-invalid, tier-name-prefix, tier-label-overwritten."""
    if not text:
        return NONE
    if len(text) > 63 or not names.is_subdomain(text):
        return None
    return frozenset((f'={text}',))


def _namespace(text: str, world: World) -> Facts | None:
    """namespace-invalid, namespace-missing, namespace-on-global."""
    return NONE if len(text) <= 63 and names.is_label(text) else None


def _subdomain(text: str, world: World) -> Facts | None:
    """host-endpoint-fields, services-match-misuse, size-limits."""
    return NONE if len(text) <= 253 and names.is_subdomain(text) else None


def _interface(text: str, world: World) -> Facts | None:
    """host-endpoint-fields."""
    is_name = len(text) <= 15 and text.isascii() and _filled(text).isalnum()
    return NONE if is_name or text == '*' else None


def _filled(text: str) -> str:
    return text.replace('-', 'a').replace('_', 'a').replace('.', 'a')


def _address(text: str, world: World) -> Facts | None:
    """host-endpoint-fields."""
    net = nets.parse(text)
    return NONE if net is not None and net.prefix is None else None


def _port_name(text: str, world: World) -> Facts | None:
    """invalid-port."""
    port = ports.parse(text)
    return NONE if port.problem is None and port.name is not None else None


def _account(text: str, world: World) -> Facts | None:
    """serviceaccount-misuse."""
    return NONE if len(text) < 63 and (not text or names.is_subdomain(text)) else None


def _path(text: str, world: World) -> Facts | None:
    """http-match-misuse, size-limits."""
    good = text[:1] == '/' and len(text) <= 1024 and not any(sign in text for sign in '?# ')
    return NONE if good else None


def _pool(text: str, world: World) -> Facts | None:
    """ip-pool-fields."""
    net = nets.parse(text)
    if net is None or net.prefix is None or not net.masked or net.address == 0:
        return None
    # Link-local networks are what nobody gives addresses out of.
    if text.startswith(('169.', 'fe', 'FE', 'Fe', 'fE')) or ('.' in text and ':' in text):
        return None
    most = 26 if net.bits == 32 else 122
    if not 9 <= net.prefix <= most:
        return None
    return frozenset(('=4' if net.bits == 32 else '=6',))


def _direction(text: str, world: World) -> Facts | None:
    """duplicate-item, size-limits."""
    return frozenset((f'={text}',)) if text in ('Ingress', 'Egress') else None


def _method(text: str, world: World) -> Facts | None:
    """http-match-misuse."""
    return NONE if text == text.upper() else None


TEXTS: dict[tuple[str, str], Callable[[str, World], Facts | None]] = {
    ('Metadata', 'name'): _name,
    ('Metadata', 'namespace'): _namespace,
    ('Spec', 'tier'): _tier,
    ('Spec', 'node'): _subdomain,
    ('Spec', 'interfaceName'): _interface,
    ('Spec', 'expectedIPs'): _address,
    ('Spec', 'profiles'): _subdomain,
    ('Spec', 'cidr'): _pool,
    ('Spec', 'policyTypes'): _direction,
    ('ServiceMatch', 'name'): _subdomain,
    ('ServiceMatch', 'namespace'): _subdomain,
    ('ServiceAccountMatch', 'names'): _account,
    ('HTTPMatch', 'methods'): _method,
    ('HTTPPath', 'exact'): _path,
    ('HTTPPath', 'prefix'): _path,
    ('EndpointPort', 'name'): _port_name,
}
"""By the object and the field, of a list that of its items."""


def _label_key(key: str) -> bool:
    """label-invalid, name-reserved, tier-label-overwritten."""
    return names.qualified_problem(key) is None and key not in _OWN_LABELS


_OWN_LABELS = ('projectcalico.org/namespace', 'projectcalico.org/tier')


def _label_value(value: str) -> bool:
    """label-invalid."""
    return names.label_value_problem(value) is None


def _annotation_key(key: str) -> bool:
    """annotation-invalid."""
    return names.qualified_problem(key.lower()) is None


def _anything(text: str) -> bool:
    return True


_ANNOTATIONS = (_annotation_key, _anything, True)

HOSTS = ('kubernetes-host', 'node-role', 'kubernetes.io/hostname', 'k8s-node', 'host-endpoint')
"""Words in the selector of a policy that is about hosts: deny-on-failsafe-port."""

KEYS: dict[tuple[str, str], tuple[Callable[[str], bool], Callable[[str], bool], bool]] = {
    ('Metadata', 'labels'): (_label_key, _label_value, False),
    ('Metadata', 'annotations'): _ANNOTATIONS,
    ('RuleMetadata', 'annotations'): _ANNOTATIONS,
    ('Spec', 'labelsToApply'): (_label_key, _label_value, False),
    ('', ''): (_anything, _anything, False),
}
"""What keys and values of the user's own may be, and whether a value may be any text.

All annotations together have a limit that no document has which is read here.
"""
