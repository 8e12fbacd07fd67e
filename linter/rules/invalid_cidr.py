"""An entry of a list of networks is not a network.

Calico reads CIDRs as Go does: four decimal numbers without leading zeros, a decimal prefix length,
no netmasks, no names, no ranges. The Calico API refuses the object. Where kubectl writes CRDs it
gets through: Felix skips what it cannot read, and a rule with nothing left in `nets` matches every
address.

The fix is unsafe: words behind a network, which lost their `#`, become a comment again, and several
networks in one text become items of their own.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
  ingress:
  - action: Allow
    source:
      nets: [10.0.0.0/33]
```

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
  ingress:
  - action: Allow
    source:
      nets:
      - 10.20.30.40/32  the office
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
  ingress:
  - action: Allow
    source:
      nets: [10.0.0.0/8, 192.168.0.0/16]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico import nets
from linter.calico.document import Document
from linter.calico.lost_hash import lost_comment
from linter.calico.repair import replace_item
from linter.calico.values import Leaf
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.lazy_regex import lazy
from linter.text.suggest import listing, quoted
from linter.yaml.edit import UNSAFE

GROUP = 'nets'


@rule('calico-cidr')
def check(leaf: Leaf, document: Document) -> Iterator[Finding]:
    if nets.parse(leaf.text) is None:
        yield _finding('cidr', leaf, document)


@rule('calico-net')
def check_set(leaf: Leaf, document: Document) -> Iterator[Finding]:
    if not leaf.text:
        yield finding_at('nets-empty', leaf, 'an empty entry of nets matches nothing: remove it')
    elif nets.parse(leaf.text) is None:
        yield _finding('set-net', leaf, document)


def _finding(fact: str, leaf: Leaf, document: Document) -> Finding:
    advice, fix = _advice(leaf.text), None
    lost = lost_comment(leaf, _is_network, _network if fact == 'cidr' else str)
    if lost is not None:
        advice, fix = lost.advice, lost.fix
    else:
        words = [word for word in _BETWEEN.split(leaf.text.strip('[] \t')) if word]
        words = list(map(_network, words)) if fact == 'cidr' else words
        if len(words) > 1 and all(map(_is_network, words)):
            advice = f'write {listing(words, "and")} as items of their own'
            fix = replace_item(
                document.source.text, leaf, words, f'Write {listing(words, "and")}', UNSAFE
            )
    return finding_at(fact, leaf, f'{quoted(leaf.text)} is not a network: {advice}', fix=fix)


def _is_network(text: str) -> bool:
    return nets.parse(text) is not None


def _network(text: str) -> str:
    net = nets.parse(text)
    return text if net is None or net.prefix is not None else f'{text}/{net.bits}'


_BETWEEN = lazy(r'[\s,;]+')


def _advice(text: str) -> str:
    stripped = text.strip()
    if stripped != text and nets.parse(stripped) is not None:
        return f'write {stripped}, without blanks'
    address, slash, suffix = stripped.partition('/')
    if slash and nets.parse(address) is not None:
        family = nets.parse(address)
        most = 32 if family is not None and family.bits == 32 else 128
        mask = nets.parse_v4(suffix)
        if mask is not None:
            bits = bin(mask).count('1')
            if mask == (1 << 32) - (1 << 32 - bits):
                return f'write {address}/{bits}, with the length of the mask'
        return f'the number after the slash is from 0 to {most}'
    if stripped.count('.') == 3:
        parts = address.split('.')
        if all(part.isascii() and part.isdigit() for part in parts):
            plain = '.'.join(part.lstrip('0') or '0' for part in parts)
            if plain != address and nets.parse_v4(plain) is not None:
                return f'write {plain}{slash}{suffix}, without leading zeros'
            return 'each of the four numbers is from 0 to 255'
    if '-' in stripped and nets.parse(stripped.partition('-')[0].strip()) is not None:
        return 'a range is written as CIDRs, such as 10.0.0.0/30'
    if not stripped:
        return 'write a CIDR such as 10.0.0.0/8: a list without entries matches every address'
    if stripped.lower() in ('any', 'all', '*'):
        return 'write the networks that are meant; all of them are 0.0.0.0/0 or ::/0'
    if any(c.isalpha() for c in stripped) and '.' in stripped and ':' not in stripped:
        return 'names are not resolved, so write its addresses as CIDRs'
    return 'write a CIDR such as 10.0.0.0/8 or fd00::/8'
