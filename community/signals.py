"""The one signal of the house: something was recorded.

Sent inside the transaction of the change, when all of it is written, with the keyword `event`: by
`community.events.record`, and for a verb of a life cycle at the end of its transition. Receivers live in upper
apps; they write jobs, and freeze what must be as it was at that moment.
"""

from django.dispatch import Signal

recorded = Signal()
