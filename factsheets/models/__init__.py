"""The models of `factsheets`."""

from factsheets.models.booklet import Booklet, BookletPart
from factsheets.models.download import DownloadCount
from factsheets.models.issue import Edition, EditionName, Issue
from factsheets.models.report import CopReport, Delivery

__all__ = ["Booklet", "BookletPart", "CopReport", "Delivery", "DownloadCount", "Edition", "EditionName", "Issue"]
