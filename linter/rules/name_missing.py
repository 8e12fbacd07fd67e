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

from linter.calico.document import Document
from linter.calico.misplaced import absorbs_name, missing
from linter.calico.values import Leaf
from linter.catalogue.rule import finding_at, finding_at_key, rule
from linter.diagnostic import Finding
from linter.text.source import Span
from linter.text.suggest import quoted

GROUP = 'names'

# Without metadata the name is missing too: one mistake, which missing-field tells as well.


@rule('document')
def check(document: Document, _: Document) -> Iterator[Finding]:
    metadata = document.metadata
    if metadata is None:
        if 'metadata' in document.root.fields:
            return  # wrong-type
        empty = document.root.nulls.get('metadata')
        message = f'{document.kind} has no name: add metadata with a name'
        if empty is not None:
            yield finding_at(
                'name-required', empty, message, same_mistake=('name', document.root.span.start)
            )
        else:
            yield finding_at_key(
                'name-required',
                document.root,
                message,
                same_mistake=('name', document.root.span.start),
            )
        return
    name = metadata.fields.get('name')
    if name is None:
        misspelt = absorbs_name(document)
        if misspelt is not None:
            same = missing(metadata, 'name', document)
            if same is not None and misspelt.key is not None:
                # Where the misspelt key is dropped in silence, what is refused is that it is gone.
                yield Finding(
                    'name-required',
                    Span(misspelt.key.start, misspelt.key.end),
                    f'{quoted(misspelt.name)} is not name, and metadata has no other: write name',
                    same_mistake=same,
                )
            return
        blank = metadata.nulls.get('name')
        if blank is not None:
            yield finding_at('name-required', blank, 'name is empty: write the name of the object')
        else:
            advice = (
                'add name'
                if 'generateName' not in metadata.fields
                else 'add name, since Calico does not generate one from generateName'
            )
            yield finding_at_key('name-required', metadata, f'metadata has no name: {advice}')
    elif isinstance(name, Leaf) and name.ok and not name.text:
        yield finding_at('name-empty', name, 'name is empty: write the name of the object')
