"""The models of `factsheets`."""

from factsheets.models.booklet import Booklet, BookletPart, ReportBooklet
from factsheets.models.damage import DamagedFile, FileRound
from factsheets.models.download import DownloadCount
from factsheets.models.issue import Edition, EditionName, Issue
from factsheets.models.report import CopReport, Delivery
from factsheets.models.translation import IssueTranslation

__all__ = [
    "Booklet",
    "BookletPart",
    "CopReport",
    "DamagedFile",
    "Delivery",
    "DownloadCount",
    "Edition",
    "EditionName",
    "FileRound",
    "Issue",
    "IssueTranslation",
    "ReportBooklet",
]
