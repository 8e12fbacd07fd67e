"""An object has no name.

The object is refused. `generateName` does not help: Calico demands `metadata.name`.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  namespace: shop
spec:
  types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.diagnostic import Finding
from linter.document import Document
from linter.fields import absorbs_name
from linter.rule import at, at_key, rule
from linter.values import Leaf

GROUP = 'names'

# Without metadata the name is missing too: one mistake, which missing-field tells as well.
_GROUP = -2


@rule('document')
def check(document: Document, _: Document) -> Iterator[Finding]:
    metadata = document.metadata
    if metadata is None:
        if 'metadata' in document.root.fields:
            return  # wrong-type
        empty = document.root.nulls.get('metadata')
        message = f'{document.kind} has no name: add metadata with a name'
        if empty is not None:
            yield at('R-101', empty, message, group=_GROUP)
        else:
            yield at_key('R-101', document.root, message, group=_GROUP)
        return
    name = metadata.fields.get('name')
    if name is None:
        if absorbs_name(document):
            return
        blank = metadata.nulls.get('name')
        if blank is not None:
            yield at('R-101', blank, 'name is empty: write the name of the object')
        else:
            advice = (
                'add name'
                if 'generateName' not in metadata.fields
                else 'add name, since Calico does not generate one from generateName'
            )
            yield at_key('R-101', metadata, f'metadata has no name: {advice}')
    elif isinstance(name, Leaf) and name.ok and not name.text:
        yield at('R-101-empty', name, 'name is empty: write the name of the object')
