"""People around the patient, and a practitioner's own judgement."""

from django.db import models

from keepwell.practice.models import Practice, StaffMember

from .patients import Patient
from .source import Sourced


class CareTeamMember(Sourced):
    """Somebody who looks after the patient: from the export, or with origin None added by hand.

    ended_on is exclusive. Rows from the export end by becoming absent; rows by hand are ended by a person.
    """

    class Kind(models.TextChoices):
        """What they are to the patient."""

        PRACTITIONER = "practitioner", "Our practitioner"
        SPECIALIST = "specialist", "Outside specialist"
        PHARMACY = "pharmacy", "Pharmacy"
        CAREGIVER = "caregiver", "Caregiver"
        ORGANIZATION = "organization", "Organization"

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="care_team")
    kind = models.CharField(max_length=20, choices=Kind)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=200, blank=True)
    organization = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    since = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    added_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "source_id"], name="care_team_once_a_practice")]

    def __str__(self) -> str:
        return self.name


class SignificantRiskJudgement(models.Model):
    """A practitioner's word on one condition group of one patient (42 CFR 410.26; rules.md A1, A2).

    holds: True counts the group whatever its default, False leaves it out. A new row supersedes; none is changed but
    by being superseded.
    """

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="judgements")
    group = models.CharField(max_length=60)
    holds = models.BooleanField()
    reason = models.CharField(max_length=500)
    judged_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    judged_at = models.DateTimeField()
    judged_on = models.DateField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "group"],
                condition=models.Q(superseded_at=None),
                name="one_judgement_in_force_a_group",
            )
        ]

    def __str__(self) -> str:
        return f"{self.group}: {'significant risk' if self.holds else 'no significant risk'}"
