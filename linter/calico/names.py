"""Names of objects, labels and annotations, as Calico's validator and Kubernetes check them.

``\\Z`` and ASCII classes throughout: Go's ``$`` does not match before a trailing newline.
"""

from __future__ import annotations

from linter.text.lazy_regex import lazy
from linter.text.start import remembered
from linter.text.suggest import quoted

_LABEL = r'[a-z0-9](?:[-a-z0-9]*[a-z0-9])?'
LABEL = lazy(rf'{_LABEL}\Z')
SUBDOMAIN = lazy(rf'{_LABEL}(?:\.{_LABEL})*\Z')
KUBERNETES_DERIVED = ('knp.default.', 'ossg.default.')
_ODD = lazy(r'[^a-z0-9.-]+')
INTERNAL_LABELS = ('pcns.', 'pcsa.', 'calico/k8s_ns', 'k8s_ns/label/')
"""How labels begin that Calico uses inside, or did."""
V2_NAME = lazy(r'[A-Za-z0-9._/-]{1,128}\Z')
MOST_ANNOTATION_BYTES = 262144


def is_label(text: str) -> bool:
    """What ``LABEL`` matches, without a regular expression."""
    return (
        text.isascii()
        and text.replace('-', '').isalnum()
        and text == text.lower()
        and text[0] != '-' != text[-1]
    )


def is_subdomain(text: str) -> bool:
    """What ``SUBDOMAIN`` matches, without a regular expression."""
    return all(map(is_label, text.split('.')))


def _is_qualified(text: str) -> bool:
    """Letters, digits, ``-``, ``_`` and ``.``, at both ends a letter or digit."""
    return (
        text.isascii()
        and text[:1].isalnum()
        and text[-1].isalnum()
        and text.replace('-', '').replace('_', '').replace('.', '').isalnum()
    )


def size(text: str) -> int:
    """Length in bytes, which is what Go counts."""
    return len(text) if text.isascii() else len(text.encode('utf-8', 'surrogatepass'))


@remembered(1024)
def qualified_problem(key: str) -> str | None:
    """What is wrong with a label or annotation key, for the user; None: nothing."""
    prefix, slash, name = key.rpartition('/')
    if slash:
        if '/' in prefix:
            return f'{quoted(key)} has more than one slash (prefix/name is right)'
        if not prefix:
            return f'{quoted(key)} has nothing before its slash (prefix/name is right)'
        if size(prefix) > 253 or not is_subdomain(prefix):
            return (
                f'the prefix {quoted(prefix)} is not a domain name in lower case, '
                'such as example.com'
            )
    if not name:
        return (
            f'{quoted(key)} has nothing after its slash (prefix/name is right)'
            if slash
            else 'the key is empty'
        )
    if size(name) > 63:
        return f'the name part of {quoted(key)} is longer than 63 characters'
    if not _is_qualified(name):
        return (
            f'{quoted(name)} is not a legal key: it consists of letters, digits, '
            "'-', '_' and '.', and starts and ends with a letter or digit"
        )
    return None


@remembered(1024)
def label_value_problem(value: str) -> str | None:
    """What is wrong with a label value, for the user; None: nothing."""
    if size(value) > 63:
        return f'the label value {quoted(value)} is longer than 63 characters'
    if value and not _is_qualified(value):
        return (
            f'{quoted(value)} is not a legal label value: it consists of letters, digits, '
            "'-', '_' and '.', and starts and ends with a letter or digit"
        )
    return None


def suggestion(name: str) -> str | None:
    """A legal name that resembles an illegal one; None where nothing is left of it."""
    made = _ODD.sub('-', name.lower())
    made = '.'.join(part.strip('-') for part in made.split('.') if part.strip('-'))
    return made if made and made != name and len(made) <= 253 else None
