"""The configuration file says something that cannot be followed.

An unknown key, rule, group or version in `.calico-lint.yaml`, a value of the wrong type, a pattern
that matches nothing, a key that stands twice: whatever it is, the run says so at its place and goes
on as if that entry were not there. Without this finding, a misspelt `exclude` or `calico-version`
would make the run check other files, or for another Calico, than its owner believes.

It is reported once for each configuration file, fails the run, and can be neither ignored nor given
another severity.

```yaml bad .calico-lint.yaml
calico-version: 3.32
exlude: [vendor/]
```

```yaml good .calico-lint.yaml
calico-version: 3.32
exclude: [vendor/]
```
"""

GROUP = 'configuration'
