"""The table's rows of "My data": everybody who is signed in as a person, each their own."""

from __future__ import annotations

from tests.matrix.answers import OUT, SIGNED_IN_NO_METHOD, Row, who
from tests.matrix.places import nowhere, of

#: An account without a person has none.
OWN = who(200, (302, OUT), (403, "superuser"))
SENT_EMPTY = who(422, (302, OUT), (403, "superuser"))
PRESSED = who(302, (403, "superuser"))

OWN_DATA = (
    Row("community:my_data", nowhere, get=OWN, post=SIGNED_IN_NO_METHOD),
    Row("community:my_data_export", of(form="json"), get=OWN, post=SIGNED_IN_NO_METHOD),
    Row("community:my_data_export", of(form="zip"), get=OWN, post=SIGNED_IN_NO_METHOD, case="tables"),
    Row("community:my_data_correct", nowhere, get=OWN, post=SENT_EMPTY),
    Row("community:my_data_request", nowhere, get=OWN, post=SENT_EMPTY),
    Row("community:my_data_consent", of(purpose="public"), get=SIGNED_IN_NO_METHOD, post=PRESSED),
)
