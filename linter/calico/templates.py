"""What a template engine still has to fill in: documents that are none yet, and scalars."""

from __future__ import annotations

from linter.text.lazy_regex import lazy
from linter.yaml.documents import DocumentSlice

_TEMPLATE = lazy(r'\{\{|\{%')
_LINE_END = lazy(r'[\r\n]')


def is_template(text: str, extent: DocumentSlice) -> bool:
    """Whether ``{{`` or ``{%`` stands in the document outside comments."""
    at = extent.start
    while match := _TEMPLATE.search(text, at, extent.end):
        begin = max(text.rfind(end, at, match.start()) for end in '\n\r') + 1 or at
        before = text[begin : match.start()]
        is_comment = before.lstrip().startswith('#') or ' #' in before
        if not is_comment and (match[0] == '{%' or _is_closed(text, match.end(), extent.end)):
            return True
        if not is_comment:
            at = match.end()
            continue
        # The rest of the line is the same comment.
        end = _LINE_END.search(text, match.end(), extent.end)
        if end is None:
            break
        at = end.end()
    return False


def _is_closed(text: str, start: int, end: int) -> bool:
    """Whether ``{{`` before here is no mapping in a mapping: ``{{a: b}: c}`` is YAML, if odd."""
    at = text.find('}', start, end)
    return at == -1 or text.startswith('}}', at)


_GROUP = lazy(r'apiVersion|projectcalico\.org|[\r\n#]')
_KIND = lazy(
    r"""kind["']?[ \t]*:[ \t]*["']?(?:GlobalNetworkPolicy|(?:Global)?NetworkSet|HostEndpoint"""
    r"""|Staged\w*NetworkPolicy)"""
)
# Keys of Calico's rules, and such of Kubernetes' policies that it does not have.
_FIELDS = lazy(r'[ \t-](?:action|order|tier|selector|types)[ \t]*:')
_KUBERNETES = lazy(r'(?:podSelector|policyTypes|networking\.k8s\.io|matchLabels)')


def may_hold_kinds(text: str, extent: DocumentSlice) -> bool:
    """Whether a document that is no YAML yet can become one of Calico's kinds.

    A chart of anything may have a NetworkPolicy of Kubernetes, and may mention Calico in passing.
    """
    part = text[extent.start : extent.end]
    if _names_group(part) or _KIND.search(part):
        return True
    return (
        'NetworkPolicy' in part
        and _FIELDS.search(part) is not None
        and _KUBERNETES.search(part) is None
    )


def _names_group(part: str) -> bool:
    """Whether Calico's group stands behind an ``apiVersion`` on its line, before a comment."""
    is_version = False
    for found in _GROUP.finditer(part):
        if found[0] == 'projectcalico.org' and is_version:
            return True
        is_version = found[0] == 'apiVersion' or (is_version and found[0] == 'projectcalico.org')
    return False
