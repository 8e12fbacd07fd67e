"""A file that is Calico's is not valid UTF-8.

Nothing of such a file reaches the cluster. YAML is UTF-8, or UTF-16 with a byte order mark. The
usual cause is an editor that saves in Latin-1 or Windows-1252: save the file as UTF-8. There is no
example here, since this page is UTF-8.
"""

GROUP = 'yaml'
