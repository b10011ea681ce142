"""Patients and their telephone numbers."""

import uuid

from django.db import models
from django.db.models.functions import Upper

from keepwell.practice.models import Practitioner

from .source import Sourced


class Patient(Sourced):
    """One record of a person. A merged record points at the one that stays; its facts count there.

    names_folded: all names in lower case without accents, each after a blank, so that a search finds beginnings.
    zip_code: five digits, or as written where it is none. merged_by_source: the export itself said so (Patient.link).
    """

    class Sex(models.TextChoices):
        """As FHIR says it (administrative-gender)."""

        FEMALE = "female", "Female"
        MALE = "male", "Male"
        OTHER = "other", "Other"
        UNKNOWN = "unknown", "Unknown"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    mrn = models.CharField(max_length=64, blank=True)
    mbi = models.CharField(max_length=11, blank=True)
    given = models.CharField(max_length=200, blank=True)
    family = models.CharField(max_length=200, blank=True)
    suffix = models.CharField(max_length=50, blank=True)
    names_folded = models.CharField(max_length=500, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    birth_date_written = models.CharField(max_length=10, blank=True)
    sex = models.CharField(max_length=10, choices=Sex, blank=True)
    deceased = models.BooleanField(default=False)
    deceased_on = models.DateField(null=True, blank=True)
    language = models.CharField(max_length=40, blank=True)
    active = models.BooleanField(default=True)
    email = models.CharField(max_length=254, blank=True)
    address_line = models.CharField(max_length=400, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=50, blank=True)
    zip_code = models.CharField(max_length=20, blank=True)
    practitioner = models.ForeignKey(
        Practitioner, on_delete=models.PROTECT, null=True, blank=True, related_name="patients"
    )
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    merged_by_source = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "source_id"], name="patient_once_a_practice"),
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | ~models.Q(merged_into=models.F("id")),
                name="patient_not_merged_into_itself",
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "family", "given", "id"], name="patient_by_name"),
            models.Index(fields=["practice", "birth_date"], name="patient_by_birth_date"),
            models.Index("practice", Upper("mrn"), name="patient_by_mrn"),
            models.Index(fields=["practice", "mbi"], condition=~models.Q(mbi=""), name="patient_by_mbi"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Given and family name with suffix, as one writes it; a record without any name says so."""
        return " ".join(p for p in (self.given, self.family, self.suffix) if p) or "Name not known"

    @property
    def listed_name(self) -> str:
        """Family name first, as in a list."""
        family = " ".join(part for part in (self.family, self.suffix) if part)
        return ", ".join(part for part in (family, self.given) if part) or "Name not known"


class PatientPhone(models.Model):
    """A telephone number. e164: in one form, "" where what is written is no number anybody could call."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="phones")
    practice = models.ForeignKey("practice.Practice", on_delete=models.PROTECT, related_name="+", db_index=False)
    e164 = models.CharField(max_length=20, blank=True)
    extension = models.CharField(max_length=10, blank=True)
    as_written = models.CharField(max_length=60)
    use = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes = [models.Index(fields=["practice", "e164"], name="phone_by_number")]

    def __str__(self) -> str:
        return self.as_written
