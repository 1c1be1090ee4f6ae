"""Columns that carry the rules of the house: plain lines, plain prose, folded keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.functional import cached_property

from community.folding import fold, fold_key
from community.validators import known_countries, known_country, plain_line, plain_text

if TYPE_CHECKING:
    CharField = models.CharField[str, str]
    TextField = models.TextField[str, str]
    EmailField = models.EmailField[str, str]
else:
    CharField, TextField, EmailField = models.CharField, models.TextField, models.EmailField


class LineField(CharField):
    """One line without control, direction or invisible signs."""

    default_validators = [plain_line]


class CountryField(LineField):
    """The two letters of a country, as the programme writes them; small ones are taken for large ones."""

    default_validators = [plain_line, known_country]

    def to_python(self, value: Any) -> Any:
        """Return what is kept and checked."""
        text = super().to_python(value)
        return text.strip().upper() if isinstance(text, str) else text

    def deconstruct(self) -> Any:
        """Stand as a line in migrations: the column is one."""
        name, _path, args, options = super().deconstruct()
        return name, f"{LineField.__module__}.{LineField.__qualname__}", args, options


class CountriesField(models.JSONField):
    """A list of such letters."""

    default_validators = [known_countries]

    def deconstruct(self) -> Any:
        """Stand as what it is to the database in migrations."""
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.JSONField", args, options


class ProseField(TextField):
    """Text with line breaks; a `max_length` is checked by the model too, not only by forms."""

    default_validators = [plain_text]

    @cached_property
    def validators(self) -> list[Any]:
        """The field's validators, with the length when there is one."""
        length = [MaxLengthValidator(self.max_length)] if self.max_length else []
        return [*super().validators, *length]


class AddressField(EmailField):
    """An e-mail address in small letters, however it was typed; lookups are folded the same way.

    The sign-in library compares addresses in small letters, so a row in another case would never be found.
    """

    def get_prep_value(self, value: Any) -> Any:
        """Return what is stored and compared."""
        prepared = super().get_prep_value(value)
        return prepared.lower() if isinstance(prepared, str) else prepared

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Put the address into small letters on the instance too."""
        value = getattr(model_instance, self.attname)
        if isinstance(value, str):
            setattr(model_instance, self.attname, value.lower())
        return super().pre_save(model_instance, add)


class FoldedKeyField(CharField):
    """The folded key of another column, computed on every write.

    Uniqueness is declared on this column, so that "PERIĆ" and "Perić" collide
    on both databases. Models that hold one inherit `FoldedKeys`.
    """

    #: Whether `validate_constraints` looks at it; else whoever takes the value in says what is there.
    is_validated = True

    def __init__(self, *args: Any, source: str = "", **kwargs: Any) -> None:
        """Make a key of the column called `source`."""
        self.source = source
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Return what a migration needs to build the column again."""
        name, path, args, kwargs = super().deconstruct()
        if kwargs.get("editable") is False:
            del kwargs["editable"]
        return name, path, args, {**kwargs, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Return the key of the source's present value and set it on the instance."""
        key = fold_key(getattr(model_instance, self.source) or "")
        setattr(model_instance, self.attname, key)
        return key


class CodeKeyField(FoldedKeyField):
    """A code as search compares it, so that nothing is called WG8 beside wg8.

    It may be empty, which collides with nothing: for what stood in two spellings before there were such keys, and for
    what the release before this one writes while a site is brought up to date. An empty one stays empty.
    """

    is_validated = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make a key of the column `code`."""
        super().__init__(*args, **{"source": "code", "null": True, "blank": True, **kwargs})

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Return the key of the present code; of a row that is there and has none, none."""
        if getattr(model_instance, self.attname) is not None or model_instance._state.adding:
            setattr(model_instance, self.attname, fold(getattr(model_instance, self.source) or ""))
        return getattr(model_instance, self.attname)


class FoldedKeys(models.Model):
    """Keeps folded keys in step: in `save(update_fields=...)` and in validation."""

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Write the row; a key is written whenever its source is."""
        if update_fields is not None:
            named = set(update_fields)
            update_fields = named | {key.name for key in self.key_fields() if key.source in named}
        super().save(*args, update_fields=update_fields, **kwargs)

    @classmethod
    def key_fields(cls) -> list[FoldedKeyField]:
        """Return the key columns of this model."""
        return [field for field in cls._meta.fields if isinstance(field, FoldedKeyField)]

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Check the constraints with fresh keys, also from a form that shows only the source."""
        left_out = set(exclude or ())
        for key in self.key_fields():
            key.pre_save(self, add=False)
            if not key.is_validated:
                left_out.add(key.name)
            elif key.source not in left_out:
                left_out.discard(key.name)
        super().validate_constraints(exclude=left_out)
