"""History's sentences of peer reviews. A draft leaves no event, so that everybody who reads the cluster reads these."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clusters.contributions import Told

#: verb -> (sentence with %(who)s, icon, tone)
SENTENCES: dict[str, Told] = {
    "review.published": (_("%(who)s published a peer review of a solution: %(title)s"), "check", "concluded"),
    "review.answered": (_("The owner of the solution answered its peer review: %(title)s"), "edit", ""),
    "review.corrected": (_("%(who)s corrected the peer review of a solution: %(title)s"), "edit", ""),
    "review.withdrawn": (_("%(who)s withdrew the peer review of a solution: %(title)s"), "withdrawn", ""),
}
#: What changes the record of a cluster that is over, until the next version of its factsheet says it.
RESULT_VERBS = frozenset(SENTENCES)
