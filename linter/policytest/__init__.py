"""Tests of policies: their files, how they run, and what is said of them."""
