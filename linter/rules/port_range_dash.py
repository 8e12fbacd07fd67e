"""A port range is written with a dash, or several ports are written as one.

Calico's ranges have a colon: `8000:9000`. It reads `8000-9000` as the name of a port and
refuses it since such a name has no letter; where kubectl writes CRDs, Felix drops the whole
policy instead. Several ports are items of a list, not text with commas.

The fix of a plain `low-high` is safe: it has one possible right form. Where a blank or a slash
stands between the two numbers, they may be two ports, and the fix is unsafe.

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
    protocol: TCP
    destination:
      ports: [8000-9000]
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
    protocol: TCP
    destination:
      ports: ['8000:9000']
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico import ports
from linter.calico.document import Document
from linter.calico.rendered import written
from linter.calico.repair import replace_item, write
from linter.calico.values import Leaf
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.edit import Fix
from linter.text.lazy_regex import lazy
from linter.text.suggest import listing, quoted
from linter.yaml.edit import SAFE, UNSAFE

GROUP = 'ports'

_PAIR = lazy(r'[0-9]+[\s/]+[0-9]+\Z')
_SURE = lazy(r'[0-9]+\s*(?:-|–|—|\.\.)\s*[0-9]+\Z')


@rule('calico-port')
def check(leaf: Leaf, document: Document) -> Iterator[Finding]:
    text = leaf.text
    if not text or ports.parse(text).problem is None:
        return
    fact = 'port-dash' if ports.parse(text).problem == 'name' else 'port-dash-decode'
    limits = ports.as_range(text)
    if limits is not None:
        low, high = limits
        fix: Fix | None = None
        if 1 <= low <= high <= 65535:
            # In v2 the text is a name, if an odd one; and only a dash or dots are surely a range.
            sure = document.api != 'v2' and _SURE.match(text.strip())
            fix = write(
                document.source.text,
                leaf,
                f'{low}:{high}',
                SAFE if sure else UNSAFE,
                quoted=True,
            )
        what = 'is the name of a port that cannot exist, not' if document.api == 'v2' else 'is not'
        yield finding_at(
            fact,
            leaf,
            f"{quoted(text)} {what} a range of ports: write '{min(low, high)}:{max(low, high)}'",
            fix=fix,
        )
        return
    items = ports.as_list(text)
    if items:
        words = [written(item) or str(item) for item in items]
        advice = f'write {listing(words, "and")} as items of their own'
        pair = ports.parse(f'{items[0]}:{items[-1]}') if _PAIR.match(text.strip()) else None
        if pair is not None and pair.problem is None:
            advice += f"; '{pair.low}:{pair.high}' is all the ports between them"
        yield finding_at(
            fact,
            leaf,
            f'{quoted(text)} is one text, not a list of ports: {advice}',
            fix=replace_item(
                document.source.text,
                leaf,
                words,
                f'Write {listing(words, "and")}',
                SAFE if ',' in text and document.api != 'v2' else UNSAFE,
            ),
        )
