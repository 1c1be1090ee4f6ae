"""What the code branches on in issued documents."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class IssueKind(models.TextChoices):
    """What kind of document an issue is."""

    CLUSTER = "cluster", _("Cluster factsheet")
    STATEMENT = "statement", _("Policy statement")
    REPORT = "report", _("Report to the CoP")


class Face(models.TextChoices):
    """Whether a factsheet looks ahead or back; statements and reports have no face (empty)."""

    FORWARD = "forward", _("What we set out to do")
    BACKWARD = "backward", _("What came of it")


class Density(StrEnum):
    """How small a factsheet is set on paper, as the classes of its article in `print/page.css`."""

    USUAL = ""
    TIGHT = "fs-tight"
    DENSE = "fs-tight fs-dense"
    #: The letters of the one before; rows, sections side by side and the roadmap stand closer.
    CLOSE = "fs-tight fs-dense fs-close"


class EditionState(models.TextChoices):
    """Whether an edition still has its content; that a newer revision exists is not a state, it is derived."""

    CURRENT = "current", _("Current")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class RevisionReason(models.TextChoices):
    """Why a revision was made of the same snapshot."""

    FIRST = "first", _("First issue")
    NAME_REMOVED = "name_removed", _("A name was taken out")
    NAME_CORRECTED = "name_corrected", _("A name was corrected")
    PDF_ADDED = "pdf_added", _("The PDF was added")


class PdfProblem(models.TextChoices):
    """Why an edition has no PDF, as the sentence that stands in place of the link."""

    LIBRARY = "library", _("There is no PDF: the server lacked a library on the day of issue.")
    FAILED = "failed", _("There is no PDF: it could not be made on the day of issue.")


class ReportState(models.TextChoices):
    """Whether a report to the community is still put together; a sent one never changes."""

    DRAFT = "draft", _("Draft")
    SENT = "sent", _("Sent")


class FileProblem(models.TextChoices):
    """What is wrong with a stored file."""

    MISSING = "missing", _("missing")
    DAMAGED = "damaged", _("damaged")


class BookletRemoval(models.TextChoices):
    """Why the file of a booklet is not kept any more."""

    EXPIRED = "expired", _("It was kept for some days and then removed.")
    WITHDRAWN = "withdrawn", _("It was removed, because a factsheet in it was withdrawn.")
    DAMAGED = "damaged", _("Its file was damaged. Ask for the booklet once more: nothing in it is lost.")
