"""The models of `factsheets`."""

from factsheets.models.booklet import Booklet, BookletPart
from factsheets.models.download import DownloadCount
from factsheets.models.issue import Edition, EditionName, Issue
from factsheets.models.report import CopReport, Delivery
from factsheets.models.translation import IssueTranslation

__all__ = [
    "Booklet",
    "BookletPart",
    "CopReport",
    "Delivery",
    "DownloadCount",
    "Edition",
    "EditionName",
    "Issue",
    "IssueTranslation",
]
