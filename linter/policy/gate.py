"""Whether the meaning of a policy is worth asking about: cheap, and never wrong when it says no.

Most policies have nothing in them that could contradict itself: rules of one action, selectors that
ask each label once. For those nothing of this room is imported. What is said here holds for the
rules of the default profile; the quick reader asks the same of facts (``linter.quick.conditions``).
"""

from __future__ import annotations

from linter.calico.names import qualified_problem
from linter.text.start import remembered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.calico.document import Document
    from linter.calico.values import Object

_DIRECTIONS = (('ingress', 'destination'), ('egress', 'source'))
_FLAGS = ('applyOnForward', 'preDNAT', 'doNotTrack')
_DECIDES = frozenset(('Allow', 'Deny', 'Pass'))


def may_speak(document: Document) -> bool:
    """Whether a rule about the meaning of a policy may have something to say of it."""
    spec = document.spec
    if spec is None:
        return False
    fields = spec.fields
    if 'namespaceSelector' in fields or 'serviceAccountSelector' in fields:
        for flag in _FLAGS:
            leaf = spec.leaf(flag) if flag in fields else None
            if leaf is not None and leaf.value is True:
                return True
    if _clashes(
        spec.text('selector'),
        '',
        spec.text('namespaceSelector'),
        spec.text('serviceAccountSelector'),
    ):
        return True
    for direction, own in _DIRECTIONS:
        if direction in fields and _direction_speaks(spec, direction, own):
            return True
    return False


def _direction_speaks(spec: Object, direction: str, own: str) -> bool:
    # Imported lazily: the quick reader has no such values.
    from linter.calico.values import Object

    decided: set[str] = set()
    rules = spec.items(direction)
    last = len(rules) - 1
    for number, rule in enumerate(rules):
        if not isinstance(rule, Object):
            return True
        action = rule.text('action')
        if is_unconditional(rule):
            if action != 'Log' and number != last:
                return True
        elif action == 'Deny':
            if decided - {'Deny'}:
                return True
        elif action != 'Log' and 'Deny' in decided:
            return True
        if action in ('Allow', 'Pass') and 'Deny' in decided:
            return True
        if action in _DECIDES:
            decided.add(action)
        if _rule_speaks(rule, own):
            return True
    return False


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
    for content in ('items', 'fields'):
        inside = getattr(value, content, None)
        if inside is not None:
            return not inside if content == 'items' else all(map(_says_nothing, inside.values()))
    return getattr(value, 'value', None) == ''


def _rule_speaks(rule: Object, own: str) -> bool:
    fields = rule.fields
    if 'notICMP' in fields:
        return True
    if 'protocol' in fields and 'notProtocol' in fields:
        return True
    protocol = rule.leaf('protocol')
    has_family = protocol is not None and str(protocol.value).upper().startswith('ICMP')
    has_family = has_family or 'ipVersion' in fields or 'icmp' in fields or 'notICMP' in fields
    for side in ('source', 'destination'):
        entity = rule.object(side) if side in fields else None
        if entity is None or not entity.fields:
            continue
        named = entity.fields
        has_nets = 'nets' in named, 'notNets' in named
        if 'notPorts' in named or all(has_nets) or (has_family and any(has_nets)):
            return True
        accounts = entity.object('serviceAccounts') if 'serviceAccounts' in named else None
        has_selector = not named.keys().isdisjoint(_SELECTORS)
        if not has_selector and accounts is None:
            continue
        if side == own:
            return True
        if _clashes(
            entity.text('selector'),
            entity.text('notSelector'),
            entity.text('namespaceSelector'),
            '' if accounts is None else accounts.text('selector'),
            accounts is not None,
        ):
            return True
    return False


_SELECTORS = ('selector', 'notSelector', 'namespaceSelector')


def _clashes(
    selector: str, not_selector: str, namespaces: str, accounts: str, has_accounts: bool = False
) -> bool:
    """Whether selectors that are joined may fit nothing, or one of them everything.

    If each of their labels occurs once, and each condition may hold and may not, neither can be.
    """
    if not_selector in ('all()', 'global()'):
        return True
    if not (not_selector or namespaces or accounts):
        return bool(selector) and labels_of(selector) is None
    keys: list[str] = []
    for text in (selector, not_selector):
        found = labels_of(text)
        if found is None:
            return True
        keys += found
    if len(keys) != len(set(keys)):
        return True
    for text in (namespaces, accounts):
        if text and (labels_of(text, True) is None or (is_negative(text) and has_accounts)):
            return True
    return bool(namespaces and (accounts or has_accounts) and is_negative(namespaces))


def is_negative(text: str) -> bool:
    """Whether a selector may fit what has none of its labels."""
    return '!' in text or 'not' in text or 'global' in text


@remembered(4096)
def labels_of(text: str, of_others: bool = False) -> tuple[str, ...] | None:
    """The labels that a selector asks; None where it may hold always, or never.

    ``of_others``: those are labels of a namespace or a service account.
    """
    if text in ('', 'all()', 'global()'):
        return ()
    if ('"' in text and "'" in text) or '\n' in text or '\0' in text:
        return None
    pieces = text.replace('"', "'").split("'")
    is_partial = any(word in text for word in ('contains', 'starts', 'ends'))
    for literal in pieces[1::2]:
        # A label may be empty, and every label contains what is.
        if not _is_value(literal) and (literal or is_partial):
            return None
    found: set[str] = set()
    is_repeated = False
    code = "'".join(pieces[0::2]).replace('==', ' == ').replace('!=', ' != ')
    for term in code.replace('||', '&&').split('&&'):
        words = term.strip(' ()!\t').replace('(', ' ( ').replace('{', ' { ').split()
        if len(words) < 2:
            return None
        key = words[0]
        if words[1] == '(':
            if key != 'has' or len(words) < 3:
                return None  # all() or global() beside something else
            key = words[2]
        elif words[-1].rstrip(')') == '}' and words[-2] == '{':
            return None
        key = key.rstrip('()=!').strip()
        if qualified_problem(key) or not _is_plain_label(key, of_others):
            return None
        if key in _OF_NAMESPACES and not all(map(_is_name, pieces[1::2])):
            return None
        if key in found or (key in _OF_NAMESPACES and not found.isdisjoint(_OF_NAMESPACES)):
            is_repeated = True
        found.add(key)
    if len(found) > 1 and not found.isdisjoint(_OF_NAMESPACES) and is_negative(text):
        # What has a label of a namespace is in one, and that has a name.
        return None
    if is_repeated and (is_partial or not _varies(code, pieces[1::2])):
        return None
    return tuple(sorted(found))


def _varies(code: str, literals: list[str]) -> bool:
    """Whether a selector surely fits some labels and not some others.

    It is tried with no labels, with labels of no value that it names, and with those of the values
    that it names first. ``code`` has a quote in the place of each literal, and may be no selector.
    """
    first: dict[str, str] = {}
    terms: list[tuple[str, bool, bool, list[str]]] = []
    shape: list[str] = []
    at = 0
    for part in code.replace('&&', '\0&&\0').replace('||', '\0||\0').split('\0'):
        if part in ('&&', '||'):
            shape.append(part)
            continue
        body = part.lstrip(' (!\t')
        words = body.split()
        is_has = body.replace(' ', '').startswith('has(')
        if len(words) < 2 and not is_has:
            return False
        key = body.partition('(')[2].partition(')')[0].strip() if is_has else words[0]
        if key == _OF_NAMESPACES[1]:
            key = _OF_NAMESPACES[0]
        values = literals[at : at + body.count("'")]
        at += len(values)
        if values:
            first.setdefault(key, values[0])
        elif not is_has:
            return False
        is_negated = not is_has and (words[1] == '!=' or words[1].startswith('not'))
        terms.append((key, is_has, is_negated, values))
        closing = body.count(')') - is_has
        opening = part[: len(part) - len(body)].replace(' ', '').replace('\t', '')
        shape.append(f'{opening}?{")" * closing}')
    around = ''.join(shape).split('?')
    outcomes = set()
    nothing: dict[str, str] = {}
    for assignment in (nothing, dict.fromkeys((term[0] for term in terms), '\n'), first):
        filled = [around[0]]
        for (key, is_has, is_negated, values), after in zip(terms, around[1:], strict=True):
            value = assignment.get(key)
            holds = value is not None if is_has else (value in values) is not is_negated
            filled += 'T' if holds else 'F', after
        outcomes.add(_truth(''.join(filled)))
    return outcomes == {True, False}


def _truth(text: str) -> bool | None:
    """The value of ``(T||!F)&&T``; None where that is no expression. Linear in its length."""
    around: list[tuple[bool, bool, bool]] = []
    some, every, is_negated = False, True, False
    value: bool | None = None
    for part in text.replace('&&', '&').replace('||', '|'):
        if part == '!' and value is None:
            is_negated = not is_negated
        elif part == '(' and value is None:
            around.append((some, every, is_negated))
            some, every, is_negated = False, True, False
        elif part in 'TF' and value is None:
            value = (part == 'T') is not is_negated
        elif part in '&|)' and value is not None:
            every = every and value
            if part == '&':
                value, is_negated = None, False
                continue
            some = some or every
            every = True
            if part == '|':
                value, is_negated = None, False
            elif not around:
                return None
            else:
                inner = some
                some, every, is_negated = around.pop()
                value = inner is not is_negated
        else:
            return None
    if around or value is None:
        return None
    return some or (every and value)


def _is_name(text: str) -> bool:
    """Whether some namespace may have a name, or a part of one."""
    return text == text.lower() and text.replace('-', 'a').isalnum()


def _is_value(text: str) -> bool:
    """Whether some label may have a value."""
    return (
        0 < len(text) <= 63
        and text.isascii()
        and text[0].isalnum()
        and text[-1].isalnum()
        and text.replace('-', '').replace('_', '').replace('.', '').isalnum()
    )


_OF_NAMESPACES = ('projectcalico.org/name', 'kubernetes.io/metadata.name')


def _is_plain_label(key: str, of_others: bool) -> bool:
    """Whether a label has nothing to do with those that Calico gives."""
    if of_others and key in _OF_NAMESPACES:
        return True
    return not key.startswith(('projectcalico.org/', 'pcns.', 'pcsa.', 'kubernetes.io/metadata'))
