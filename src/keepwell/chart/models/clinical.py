"""What the record says of a patient's health: conditions, orders, visits, results and what was done.

codings: a list of [system, code, display], as the source wrote them. Statuses are FHIR codes, "" when not said.
"""

from django.db import models

from .patients import Patient
from .source import Sourced


class Condition(Sourced):
    """A problem or diagnosis."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="conditions")
    codings = models.JSONField(default=list)
    text = models.CharField(max_length=500, blank=True)
    category = models.CharField(max_length=60, blank=True)
    clinical_status = models.CharField(max_length=40, blank=True)
    verification_status = models.CharField(max_length=40, blank=True)
    onset_on = models.DateField(null=True, blank=True)
    abated_on = models.DateField(null=True, blank=True)
    recorded_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "source_id"], name="condition_once_a_practice")]

    def __str__(self) -> str:
        return self.text or said(self.codings)


class MedicationOrder(Sourced):
    """A drug: an order (MedicationRequest), or with intent "statement" what the patient is said to take."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="medications")
    codings = models.JSONField(default=list)
    text = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=40, blank=True)
    intent = models.CharField(max_length=40, blank=True)
    as_needed = models.BooleanField(default=False)
    authored_on = models.DateField(null=True, blank=True)
    directions = models.CharField(max_length=1000, blank=True)
    prescriber = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "source_id"], name="order_once_a_practice")]

    def __str__(self) -> str:
        return self.text or said(self.codings)


class Encounter(Sourced):
    """A visit or stay. Both days are inclusive; ended_on is empty while it goes on."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="encounters")
    status = models.CharField(max_length=40, blank=True)
    class_code = models.CharField(max_length=40, blank=True)
    types = models.JSONField(default=list)
    type_texts = models.JSONField(default=list)
    priority = models.CharField(max_length=40, blank=True)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    place = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "source_id"], name="encounter_once_a_practice")]

    def __str__(self) -> str:
        return f"{self.class_code or 'Encounter'} {self.started_on or ''}".strip()


class Observation(Sourced):
    """A result or answer. components: a list of {codings, text, value, unit, answers} of a panel's parts."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="observations")
    codings = models.JSONField(default=list)
    text = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=40, blank=True)
    category = models.CharField(max_length=60, blank=True)
    value = models.FloatField(null=True, blank=True)
    unit = models.CharField(max_length=60, blank=True)
    answers = models.JSONField(default=list)
    components = models.JSONField(default=list)
    effective_on = models.DateField(null=True, blank=True)
    by_patient = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "source_id"], name="observation_once_a_practice")]

    def __str__(self) -> str:
        return self.text or said(self.codings)


class Allergy(Sourced):
    """An allergy or intolerance, with how it shows."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="allergies")
    codings = models.JSONField(default=list)
    text = models.CharField(max_length=500, blank=True)
    clinical_status = models.CharField(max_length=40, blank=True)
    verification_status = models.CharField(max_length=40, blank=True)
    criticality = models.CharField(max_length=40, blank=True)
    reactions = models.JSONField(default=list)
    recorded_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "allergies"
        constraints = [models.UniqueConstraint(fields=["practice", "source_id"], name="allergy_once_a_practice")]

    def __str__(self) -> str:
        return self.text or said(self.codings)


class Procedure(Sourced):
    """Something done to or with the patient."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="procedures")
    codings = models.JSONField(default=list)
    text = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=40, blank=True)
    done_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "source_id"], name="procedure_once_a_practice")]

    def __str__(self) -> str:
        return self.text or said(self.codings)


class Immunization(Sourced):
    """A vaccine given, or with status not-done declined."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="immunizations")
    codings = models.JSONField(default=list)
    text = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=40, blank=True)
    done_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "source_id"], name="immunization_once_a_practice")]

    def __str__(self) -> str:
        return self.text or said(self.codings)


class Document(Sourced):
    """A document that lies in the EHR; only its title, day and address are kept here."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="documents")
    title = models.CharField(max_length=500, blank=True)
    category = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=40, blank=True)
    written_on = models.DateField(null=True, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    url = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "source_id"], name="document_once_a_practice")]

    def __str__(self) -> str:
        return self.title or "Document"


def said(codings: list[list[str]]) -> str:
    """What a person would read of codings: the first display, else the first code."""
    return next((c[2] for c in codings if c[2]), "") or (codings[0][1] if codings else "Not described")
