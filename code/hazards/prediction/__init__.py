"""Trained networks at work: choose one, predict pictures, write maps, export.

In: pictures and a key of the store. Out: files. Imports all that computes; nothing but the command line imports it.
"""
