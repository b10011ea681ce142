"""Who pays, and what was billed for the patient by anybody."""

from django.db import models

from .patients import Patient
from .source import Sourced


class Coverage(Sourced):
    """A row of cover. plans: values and names of its classes; payors: who pays, in words. Both days are inclusive."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="coverages")
    status = models.CharField(max_length=40, blank=True)
    types = models.JSONField(default=list)
    type_text = models.CharField(max_length=300, blank=True)
    plans = models.JSONField(default=list)
    payors = models.JSONField(default=list)
    member_number = models.CharField(max_length=60, blank=True)
    order = models.PositiveSmallIntegerField(null=True, blank=True)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "source_id"], name="coverage_once_a_practice")]

    def __str__(self) -> str:
        return self.type_text or ", ".join(self.plans[:1] or self.payors[:1]) or "Coverage"


class ServiceClaim(Sourced):
    """One line of a claim or of a payer's answer. by_practice: None where the source does not say who gave it."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="claims")
    code = models.CharField(max_length=20)
    served_on = models.DateField(null=True, blank=True)
    by_practice = models.BooleanField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "source_id"], name="claim_line_once_a_practice")]

    def __str__(self) -> str:
        return f"{self.code} {self.served_on or ''}".strip()
