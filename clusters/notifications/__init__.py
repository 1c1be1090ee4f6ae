"""Every mail and notice of the app: who is told of what, where its button leads, what is reminded of.

Rows enter the outbox from here alone.
"""
