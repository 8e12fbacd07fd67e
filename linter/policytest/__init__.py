"""Tests of policies: their files, how they run, and what is said of them.

What policies mean is asked of ``linter.policy``; no meaning of Calico's stands here.
"""
