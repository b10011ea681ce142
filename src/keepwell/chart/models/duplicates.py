"""What people decided about records that looked like one person."""

from django.db import models

from keepwell.practice.models import Practice, StaffMember

from .patients import Patient


class DuplicateCandidate(models.Model):
    """Two records that look like one person, as last computed; what was decided since is left out when it is read."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    lower = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    higher = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+", db_index=False)
    score = models.PositiveSmallIntegerField()
    evidence = models.CharField(max_length=1000)
    found_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lower", "higher"], name="one_candidate_a_pair")]

    def __str__(self) -> str:
        return f"{self.lower_id} and {self.higher_id}"


class DuplicateDecision(models.Model):
    """Two records are different people: remembered, so that nobody is asked again. lower_id has the smaller key."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+", db_index=False)
    lower = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    higher = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    evidence = models.CharField(max_length=1000)
    reason = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lower", "higher"], condition=models.Q(withdrawn_at=None), name="one_decision_a_pair"
            ),
            models.CheckConstraint(condition=models.Q(lower__lt=models.F("higher")), name="pair_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.lower_id} and {self.higher_id} are different people"


class Merge(models.Model):
    """One record was merged into another by a person. Undone, the row stays with the day on which it was."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+", db_index=False)
    merged = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merges")
    kept = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    evidence = models.CharField(max_length=1000)
    reason = models.CharField(max_length=500, blank=True)
    merged_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField()
    undone_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merged"], condition=models.Q(undone_at=None), name="one_merge_in_force_a_record"
            )
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} into {self.kept_id}"
