"""The one signal of the house: something was recorded.

Sent by `community.events.record` inside the transaction of the change, with the
keyword `event`. Receivers live in upper apps and only write jobs.
"""

from django.dispatch import Signal

recorded = Signal()
