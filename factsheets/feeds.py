"""`/feeds/factsheets.atom`: the newest factsheets, policy statements and reports, for feed readers."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from factsheets.models import Edition

#: So many entries; a reader that comes seldom finds the others in the lists.
ENTRIES = 50


class DocumentsFeed(Feed[Edition, None]):
    """What was issued, the newest first: one entry a version, in its own language, dated by its issue.

    Only current editions stand here, so a feed never leads to a text that was withdrawn.
    """

    feed_type = Atom1Feed
    title: str | Promise = gettext_lazy("Factsheets, policy statements and reports of the community")
    subtitle: str | Promise = gettext_lazy("What was issued, the newest first.")
    author_name = "Mission4Nature"

    def link(self) -> str:
        """Return the page of which this is the feed."""
        return settings.SITE_URL + reverse("factsheets:reports")

    def feed_url(self) -> str:
        """Return the feed's own address."""
        return settings.SITE_URL + reverse("factsheets:feed")

    def feed_guid(self) -> str:
        """Return what names the feed for ever."""
        return self.feed_url()

    def items(self) -> QuerySet[Edition]:
        """Return the editions."""
        rows = Edition.objects.originals().newest_revisions().current().for_pages()
        return rows.order_by("-issue__issued_at", "-pk")[:ENTRIES]

    def item_title(self, item: Edition) -> str:
        """Return the document's title with its version."""
        values = {"title": item.issue.title, "reference": item.reference, "version": item.version}
        return _("%(title)s (%(reference)s, version %(version)d)") % values

    def item_description(self, item: Edition) -> str:
        """Return what kind of document it is."""
        return str(item.issue.get_kind_display())

    def item_link(self, item: Edition) -> str:
        """Return the permanent address."""
        return settings.SITE_URL + item.get_absolute_url()

    def item_pubdate(self, item: Edition) -> datetime:
        """Return when it was issued."""
        return item.issue.issued_at

    def item_updateddate(self, item: Edition) -> datetime:
        """Return when this revision was made."""
        return item.made_at
