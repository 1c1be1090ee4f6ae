"""The registry's own words of a consent list all that is shown; words of administrators stay as they are.

Who agreed to the earlier words agreed to those: their consents are not touched, and the new version is offered to them.
"""

from django.db import migrations

BEFORE = {
    "directory": (
        "I agree that members of the community of practice who are signed in see my name, organisation, function, "
        "languages and expertise in the directory. I can withdraw this at any time; nobody sees me there from then "
        "on."
    ),
    "public": (
        "I agree that everybody on the internet sees my name and organisation on the registry's public pages. I can "
        "withdraw this at any time; the pages name my role from then on."
    ),
    "named": (
        "I agree that factsheets, reports and policy statements name me. I can withdraw this at any time; the issued "
        "documents are then withdrawn and made anew without my name."
    ),
}
NOW = {
    "directory": (
        "I agree that members of the community of practice who are signed in see me in the directory: my name, "
        "organisation, function, languages and expertise, what I write about myself, where I worked before, which "
        "working groups I coordinate or coordinated, and the clusters and exchanges in which I have a part. They see "
        "my name, too, where I coordinate a working group, lead or take part in a cluster, suggest changes, comment, "
        "review, raise a need, offer or ask for an exchange, keep a liaison or am the contact of a solution. The "
        "registry suggests me to them as somebody who may help, and passes their messages on to me without showing "
        "them my address. I can withdraw this at any time: nobody sees me there from then on, and pages name my role."
    ),
    "public": (
        "I agree that everybody on the internet sees my name and organisation in the list of members, and my name on "
        "the registry's public pages where I coordinate a working group, lead or take part in a cluster, suggest "
        "changes, comment, review, raise a need, offer or ask for an exchange, keep a liaison or am the contact of a "
        "solution. The registry passes messages of members on to me without showing them my address. I can withdraw "
        "this at any time; the pages name my role from then on."
    ),
    "named": (
        "I agree that factsheets, policy statements, published advice and the records that are handed out with them "
        "name me, beside my organisation, where I lead, take part, review, advise or raised the need. I can withdraw "
        "this at any time; the issued documents are then withdrawn and made anew without my name."
    ),
}


def word_anew(apps, schema_editor):
    """Give each purpose whose newest words are the registry's former ones a version with the present ones."""
    rows = apps.get_model("community", "ConsentWording").objects
    for purpose, before in BEFORE.items():
        for language in set(rows.filter(purpose=purpose).values_list("language", flat=True)):
            newest = rows.filter(purpose=purpose, language=language).order_by("-version").first()
            if newest.text == before:
                rows.create(purpose=purpose, language=language, version=newest.version + 1, text=NOW[purpose], extent=2)


class Migration(migrations.Migration):
    dependencies = [("community", "0018_what_a_consent_names")]

    operations = [migrations.RunPython(word_anew, migrations.RunPython.noop)]
