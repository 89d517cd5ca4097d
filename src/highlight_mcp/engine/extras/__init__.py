"""What can be added to the engine: larger abilities, off until their packages and models are there.

Nothing in this package is imported before a request needs it, and nothing is ever fetched from here.
"""
