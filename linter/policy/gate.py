"""Whether the meaning of a policy is worth asking about: cheap, and never wrong when it says no.

Most policies have nothing in them that could contradict itself: rules of one action, selectors that
ask each label once. For those nothing of this room is imported. What is said here holds for the
rules of the default profile; the quick reader asks the same of facts (``linter.quick.conditions``).
"""

from __future__ import annotations

from linter.policy.conjunction import conditions_of
from linter.policy.formula import ACCOUNT, ALL, NAME, NAMESPACE, formula_of
from linter.text.start import remembered_of_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.calico.document import Document
    from linter.calico.values import Object, Value

_DIRECTIONS = (('ingress', 'destination'), ('egress', 'source'))
_FLAGS = ('applyOnForward', 'preDNAT', 'doNotTrack')


def may_speak(document: Document) -> bool:
    """Whether a rule about the meaning of a policy may have something to say of it."""
    spec = document.spec
    if spec is None:
        return False
    fields = spec.fields
    namespace: str | None = ''
    if document.is_namespaced:
        metadata = document.metadata
        namespace = (metadata.text('namespace') if metadata is not None else '') or None
    own = Selectors(spec.text('selector'), '', spec.text('namespaceSelector'))
    own.accounts = spec.text('serviceAccountSelector')
    is_bound = bool(own.namespaces or own.accounts) or CALICO in own.selector
    if is_bound and any(_is_set(spec, flag) for flag in _FLAGS if flag in fields):
        return True
    if own.clash(namespace):
        return True
    for direction, side in _DIRECTIONS:
        if direction in fields and _direction_speaks(spec.items(direction), side, own, namespace):
            return True
    return False


def _is_set(spec: Object, flag: str) -> bool:
    leaf = spec.leaf(flag)
    return leaf is not None and leaf.value is True


_MOST_PAIRS = 500
"""So many rules are held against others before them, and four more for each rule there is."""


def _direction_speaks(rules: list[Value], side: str, own: Selectors, namespace: str | None) -> bool:
    # Imported lazily: the quick reader has no such values.
    from linter.calico.values import Object

    before: list[Object] = []
    denies: list[Object] = []
    is_over = False
    pairs = 0
    for number, rule in enumerate(rules):
        if not isinstance(rule, Object):
            return True
        if _rule_speaks(rule, side, own, namespace):
            return True
        action = rule.text('action')
        if action == 'Log':
            if is_over:
                return True
            continue
        # What is denied before it turns round what a rule allows, and whatever is allowed before it
        # what a rule denies; but nobody minds a last rule that denies everything.
        is_deny = action == 'Deny'
        others = denies
        if is_deny:
            is_final = number == len(rules) - 1 and is_unconditional(rule)
            others = [] if is_final or len(others) == len(before) else before
        elif action not in ('Allow', 'Pass'):
            return True
        pairs += len(others)
        if pairs > _MOST_PAIRS + 4 * number or (
            others and not _is_left(rule, others, side, namespace)
        ):
            return True
        is_over = is_over or _may_take_everything(rule)
        before.append(rule)
        if is_deny:
            denies.append(rule)
    return False


def _is_left(rule: Object, others: list[Object], side: str, namespace: str | None) -> bool:
    # Imported lazily: the rules of most policies do the same.
    from linter.policy.packet import is_left

    return is_left(rule, others, side, namespace)


def is_unconditional(rule: Object) -> bool:
    """Whether a rule surely matches everything: it has nothing but an action."""
    for name, value in rule.fields.items():
        if name in ('source', 'destination'):
            if not all(map(_says_nothing, getattr(value, 'fields', {'': None}).values())):
                return False
        elif name not in ('action', 'metadata'):
            return False
    return True


def _says_nothing(value: object) -> bool:
    """Whether a field of a side of a rule is empty, which is as if it were not there."""
    fields = getattr(value, 'fields', None)
    if fields is not None:
        return all(map(_says_nothing, fields.values()))
    items = getattr(value, 'items', None)
    return not items if items is not None else getattr(value, 'value', None) == ''


def _may_take_everything(rule: Object) -> bool:
    return all(
        name in ('action', 'metadata') or _says_nothing(value)
        for name, value in rule.fields.items()
    )


def _rule_speaks(rule: Object, side: str, own: Selectors, namespace: str | None) -> bool:
    fields = rule.fields
    if 'notICMP' in fields or ('protocol' in fields and 'notProtocol' in fields):
        return True
    protocol = rule.leaf('protocol')
    has_family = protocol is not None and str(protocol.value).upper().startswith('ICMP')
    has_family = has_family or 'ipVersion' in fields or 'icmp' in fields
    is_narrow = False
    for name in ('source', 'destination'):
        entity = rule.object(name) if name in fields else None
        if entity is None or not entity.fields:
            continue
        named = entity.fields
        if 'notPorts' in named or 'notNets' in named or (has_family and 'nets' in named):
            is_narrow = True
        if named.keys().isdisjoint(_SELECTORS):
            continue
        asked = Selectors(
            entity.text('selector'), entity.text('notSelector'), entity.text('namespaceSelector')
        )
        accounts = entity.object('serviceAccounts') if 'serviceAccounts' in named else None
        if accounts is not None:
            asked.accounts, asked.has_accounts = accounts.text('selector'), True
            asked.names = [leaf.text for leaf in accounts.leaves('names')]
        if asked.clash(namespace) or (name == side and own.may_exclude(asked, namespace)):
            return True
    return is_narrow and not _is_left(rule, [], side, namespace)


_SELECTORS = frozenset(('selector', 'notSelector', 'namespaceSelector', 'serviceAccounts'))
CALICO = 'projectcalico.org/'


class Selectors:
    """The selectors of one place, of which an endpoint has to fit all."""

    __slots__ = ('accounts', 'has_accounts', 'names', 'namespaces', 'not_selector', 'selector')

    def __init__(self, selector: str, not_selector: str, namespaces: str) -> None:
        self.selector = selector
        self.not_selector = not_selector
        self.namespaces = namespaces
        self.accounts = ''
        self.has_accounts = False
        self.names: list[str] = []

    def clash(self, namespace: str | None) -> bool:
        """Whether they may fit nothing together, or one of them everything.

        If each of their labels is asked by one of them, and each of them may hold and may not,
        neither can be. ``namespace`` is that of the policy; ``''``: it is global.
        """
        if self.not_selector in ('all()', 'global()'):
            return True
        selects, excludes = selects_something(self.selector), labels_of(self.not_selector)
        if selects is None or excludes is None:
            return True
        keys = (*selects, *excludes)
        if len(keys) != len(set(keys)):
            return True
        is_bound = bool(self.namespaces or self.accounts or self.has_accounts)
        if ALL in keys and is_bound:
            # Calico puts something else in its place.
            return True
        if NAMESPACE in keys or ACCOUNT in keys:
            if is_bound or self.not_selector or namespace is None:
                return True
            if namespace and not is_found([self.selector, f"{NAMESPACE} == '{namespace}'"]):
                return True
        for text in (self.namespaces, self.accounts):
            if text and (
                selects_something(text, True) is None or (is_negative(text) and self.has_accounts)
            ):
                return True
        return bool(
            self.namespaces
            and (self.accounts or self.has_accounts)
            and is_negative(self.namespaces)
        )

    def may_exclude(self, other: Selectors, namespace: str | None) -> bool:
        """Whether others, of which neither is contradictory, may leave nothing of what fits these.

        Labels that Calico gives are not looked at here.
        """
        if namespace is None:
            return False  # the policy may be in any
        texts = [text for text in (self.selector, other.selector) if text]
        if other.not_selector:
            texts.append(f'!({other.not_selector})')
        if any(CALICO in text for text in texts) or not is_found(texts):
            return True
        name = other.names[0] if other.names else ''
        return not (
            is_found_of([self.namespaces, other.namespaces], namespace)
            and is_found_of([self.accounts, other.accounts], name)
        )


def is_negative(text: str) -> bool:
    """Whether a selector may fit what has none of its labels."""
    return '!' in text or 'not' in text or 'global' in text


def is_found(texts: list[str]) -> bool:
    """Whether there surely are labels that all selectors fit."""
    formula = formula_of(f'({") && (".join(texts)})') if texts else None
    return not texts or (formula is not None and formula.example() is not None)


def is_found_of(texts: list[str], name: str) -> bool:
    """Whether there surely is a namespace, or a service account, that all selectors fit.

    It is to have a name, if one is given.
    """
    if 'global()' in texts:
        return False
    texts = [text for text in texts if text not in ('', 'all()')]
    formula = formula_of(f'({") && (".join(texts)})', True) if texts else None
    return not texts or (formula is not None and formula.example(name, is_some=True) is not None)


def selects_something(text: str, of_others: bool = False) -> tuple[str, ...] | None:
    """The labels that a selector asks; None where it may hold never, or always unless it says so.

    One condition alone says what it means, though it be that a label is none that there can be.
    """
    found = labels_of(text, of_others)
    if found is None:
        formula = formula_of(text, of_others)
        if formula is not None and formula.is_one_condition and formula.example() is not None:
            return (formula.terms[0][0],)
    return found


@remembered_of_text(4096)
def labels_of(text: str, of_others: bool = False) -> tuple[str, ...] | None:
    """The labels that a selector asks; None where it may hold always, or never.

    ``of_others``: those are labels of a namespace or a service account.
    """
    if text in ('', 'all()', 'global()'):
        return ()
    found = conditions_of(text, of_others)
    if found is not None:
        return found
    formula = formula_of(text, of_others)
    if formula is None:
        return None
    keys = {term[0] for term in formula.terms}
    # What has a label of a namespace is in one, and that has a name.
    is_bound = NAME in keys and len(keys) > 1 and is_negative(text)
    if (is_bound or not formula.is_plain) and not formula.varies():
        return None
    return tuple(sorted(keys))
