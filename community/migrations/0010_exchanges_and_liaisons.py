"""Peer exchanges are matched, agreed and reported; liaisons know how often they were changed."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import community.models.fields
from community.choices import Language


def organisation(related_name, verbose_name):
    """Return the column of one side's organisation."""
    return models.ForeignKey(
        blank=True,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to="community.organisation",
        verbose_name=verbose_name,
    )


KEY = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    """Add the columns, the languages and the wishes."""

    dependencies = [("community", "0009_catalogue_of_solutions")]

    operations = [
        migrations.AlterField(
            "peerexchange",
            "status",
            models.CharField(
                choices=[
                    ("offered", "Offered"),
                    ("asked", "Asked for"),
                    ("agreed", "Agreed"),
                    ("done", "Done"),
                    ("cancelled", "Withdrawn"),
                ],
                default="offered",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddField(
            "peerexchange",
            "is_offer",
            models.BooleanField(default=True, editable=False, verbose_name="opened as an offer"),
        ),
        migrations.AddField(
            "peerexchange", "offering_organisation", organisation("exchanges_offered", "organisation that offers")
        ),
        migrations.AddField(
            "peerexchange", "asking_organisation", organisation("exchanges_asked", "organisation that asks")
        ),
        migrations.AddField(
            "peerexchange",
            "territories",
            models.ManyToManyField(
                blank=True, related_name="exchanges", to="community.territory", verbose_name="territories"
            ),
        ),
        migrations.AddField(
            "peerexchange",
            "timing",
            community.models.fields.LineField(
                blank=True, default="", max_length=200, verbose_name="when it would suit"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "peerexchange",
            "state_before",
            models.CharField(blank=True, editable=False, max_length=10, default=""),
            preserve_default=False,
        ),
        migrations.AddField("peerexchange", "state_since", models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.AddField(
            "peerexchange",
            "search_text",
            models.TextField(blank=True, editable=False, default="", verbose_name="folded text"),
            preserve_default=False,
        ),
        migrations.AddField(
            "peerexchange", "version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")
        ),
        migrations.AddField(
            "peerexchange",
            "updated_at",
            models.DateTimeField(auto_now=True, verbose_name="changed at"),
        ),
        migrations.AddField(
            "liaison", "version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")
        ),
        migrations.CreateModel(
            "ExchangeLanguage",
            [
                ("id", KEY),
                ("code", models.CharField(choices=Language.choices, max_length=3, verbose_name="language")),
                (
                    "exchange",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="languages",
                        to="community.peerexchange",
                        verbose_name="peer exchange",
                    ),
                ),
            ],
            options={
                "verbose_name": "language",
                "verbose_name_plural": "languages",
                "ordering": ["code", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=["exchange", "code"], name="exchangelanguage_once"),
                    models.CheckConstraint(
                        condition=models.Q(("code__in", Language.values)), name="exchangelanguage_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            "ExchangeWish",
            [
                ("id", KEY),
                ("note", community.models.fields.LineField(blank=True, max_length=300, verbose_name="note")),
                (
                    "said_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="said at"),
                ),
                (
                    "exchange",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="wishes",
                        to="community.peerexchange",
                        verbose_name="peer exchange",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exchange_wishes",
                        to="community.member",
                        verbose_name="member",
                    ),
                ),
                ("organisation", organisation("exchange_wishes", "organisation")),
            ],
            options={
                "verbose_name": "wish for an exchange",
                "verbose_name_plural": "wishes for exchanges",
                "ordering": ["said_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["exchange", "member"],
                        name="exchangewish_once_per_member",
                        violation_error_message="You said so already.",
                    )
                ],
            },
        ),
    ]
