"""The default terms of every vocabulary (DOMAIN section 6); an administrator edits them afterwards.

A code never changes, because addresses, exports and snapshots carry it. Labels may: they are only
written when the term is made.

What issued documents show of them is said in every language of the documents: the catalogues of `locale/` hold the
default terms of `SHOWN_IN_DOCUMENTS` under `CONTEXT`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import pgettext

from community.choices import Vocabulary

#: The vocabularies whose words stand in issued documents or in their data.
SHOWN_IN_DOCUMENTS: Final = (Vocabulary.CHALLENGE, Vocabulary.MATURITY, Vocabulary.SDG, Vocabulary.OBJECTIVE)
CONTEXT: Final = "term of a vocabulary"

#: vocabulary -> (code, English label) in the order in which lists show them.
DEFAULT_TERMS: Final[Mapping[Vocabulary, tuple[tuple[str, str], ...]]] = {
    Vocabulary.CHALLENGE: (
        ("climate-change", "Climate change and extreme weather"),
        ("pollution", "Environmental pollution"),
        ("restoration", "Preservation and restoration of ecosystems"),
        ("biodiversity", "Biodiversity and habitat challenges"),
        ("forest-freshwater", "Forest, terrestrial and freshwater ecosystems"),
        ("marine-coastal", "Marine and coastal ecosystems"),
    ),
    Vocabulary.SOLUTION_TYPE: (
        ("methodology", "Methodology or management"),
        ("action", "Action or awareness raising"),
        ("training", "Science or training event"),
        ("database", "Database"),
        ("platform", "Web platform"),
        ("policy", "Policy or standard"),
    ),
    Vocabulary.ORGANISATION_TYPE: (
        ("local-authority", "Local public authority"),
        ("regional-authority", "Regional public authority"),
        ("national-authority", "National public authority"),
        ("agency", "Sectoral agency"),
        ("infrastructure", "Infrastructure and service provider"),
        ("ngo", "Interest group including NGO"),
        ("research", "Higher education and research"),
        ("education", "Education or training centre"),
        ("enterprise", "Enterprise, not SME"),
        ("sme", "SME"),
        ("business-support", "Business support organisation"),
        ("egtc", "EGTC"),
        ("international", "International organisation or EEIG"),
        ("public", "General public"),
        ("other", "Other"),
    ),
    Vocabulary.MATURITY: (
        ("idea", "Idea"),
        ("tested", "Tested"),
        ("validated", "Validated"),
        ("in-use", "In use"),
        ("standard", "Standard"),
    ),
    Vocabulary.SDG: (
        ("1", "1 No poverty"),
        ("2", "2 Zero hunger"),
        ("3", "3 Good health and well-being"),
        ("4", "4 Quality education"),
        ("5", "5 Gender equality"),
        ("6", "6 Clean water and sanitation"),
        ("7", "7 Affordable and clean energy"),
        ("8", "8 Decent work and economic growth"),
        ("9", "9 Industry, innovation and infrastructure"),
        ("10", "10 Reduced inequalities"),
        ("11", "11 Sustainable cities and communities"),
        ("12", "12 Responsible consumption and production"),
        ("13", "13 Climate action"),
        ("14", "14 Life below water"),
        ("15", "15 Life on land"),
        ("16", "16 Peace, justice and strong institutions"),
        ("17", "17 Partnerships for the goals"),
    ),
    Vocabulary.OBJECTIVE: (
        ("RSO2.4", "RSO2.4 Climate change adaptation and disaster risk prevention"),
        ("RSO2.6", "RSO2.6 Circular and resource-efficient economy"),
        ("RSO2.7", "RSO2.7 Nature protection, biodiversity and less pollution"),
        ("ISO6.6", "ISO6.6 Better cooperation governance"),
    ),
    Vocabulary.EXPERTISE: (
        ("protected-areas", "Protected areas on land and at sea"),
        ("seagrass", "Seagrass and coastal habitats"),
        ("wetlands", "Wetlands and lagoons"),
        ("floods", "Flood risk"),
        ("drought", "Drought and water scarcity"),
        ("wildfire", "Wildfire prevention and early warning"),
        ("forests", "Forest management"),
        ("soil-carbon", "Soil and carbon farming"),
        ("coastal-planning", "Coastal planning and sea-level rise"),
        ("ports", "Ports and marine litter"),
        ("remote-sensing", "Remote sensing and monitoring"),
        ("ecosystem-accounts", "Ecosystem accounts and nature finance"),
        ("participation", "Participation and environmental governance"),
        ("law", "Environmental law and policy"),
        ("training", "Training and communication"),
    ),
    Vocabulary.REVIEW_CRITERION: (
        ("relevance", "Relevance to the challenge"),
        ("evidence", "Evidence that it works"),
        ("transferability", "Transferability to other places"),
        ("effort", "Effort and cost"),
        ("documentation", "Documentation"),
        ("sustainability", "What keeps it going"),
    ),
}


def default_labels(vocabulary: Vocabulary, label: str) -> dict[str, str]:
    """Return the labels of a default term by language: English, and each language of the documents that has words."""
    labels = {"en": label}
    for language in settings.DOCUMENT_LANGUAGES if vocabulary in SHOWN_IN_DOCUMENTS else ():
        with translation.override(language):
            said = pgettext(CONTEXT, label)
        if language != "en" and said != label:
            labels[language] = said
    return labels
