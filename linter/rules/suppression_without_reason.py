"""A suppression does not say why.

Only where the configuration has `require-reason: true`. The reason stands behind the closing
bracket: `# calico-lint: ignore[selector-syntax] filled in by the operator`; in an annotation
behind a colon, where it is also that of the ids before it that have none: `"selector-syntax;
invalid-port: filled in"`. A suppression that is unused is only reported as such.

There is no fix: only you know the reason.
"""

GROUP = 'suppressions'
