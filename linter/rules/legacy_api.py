"""A document is written for an API that no cluster serves.

`apiVersion: v1` with `kind: policy` is the API of Calico 2; `projectcalico.org/v2` was the
pre-release of v3 and was never released. Neither can be applied: write `projectcalico.org/v3`. A
v2 document is also judged by the reference page of that pre-release, so that its other mistakes can
be found before it is rewritten.

The fix writes v3, and is unsafe, because the names of objects change with it. It brings over
policies, host endpoints, profiles, tiers and typed lists of them, as a whole or not at all, so that
they mean what Calico made of them then. A v1 `policy` becomes a `GlobalNetworkPolicy`. A name that
v3 refuses gets the one that Calico's own upgrade gave it; that of a host endpoint begins with its
node, which goes into `spec`. The labels and tags of a profile become `labelsToApply`. Words get
their letter case (`allow` is `Allow`, `next-tier` is `Pass`), networks lose their host bits, `net`
joins `nets`. A `tag` is an empty label, `tag == ''`, as Calico's upgrade has it, and of a
`notSelector` beside a `notTag` neither may match. The label `calico/k8s_ns` is
`projectcalico.org/namespace`, those that begin with `k8s_ns/label/` begin with `pcns.`, and `pcns.`
in a rule of v2 becomes a `namespaceSelector`. Host flags bring what they need, or leave a v2
NetworkPolicy.

What nobody but you can decide is listed with its place, and the document stays: a rule without an
action, a named port that v3 does not know, flags for host endpoints on a NetworkPolicy, networks
of both families, `pcns.` that cannot be taken apart, two names of a file that would become one, and
whatever else v3 refuses.

```yaml bad
apiVersion: v1
kind: policy
metadata:
  name: web
spec:
  selector: role == 'web'
```

```yaml good
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: web
spec:
  selector: role == 'web'
```
"""

GROUP = 'document'
