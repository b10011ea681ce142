"""What the rules said of each patient last, who is enrolled, and who must be looked at again."""

from django.db import models

from keepwell.chart.models import Patient
from keepwell.practice.models import Practice, StaffMember


class Assessment(models.Model):
    """The latest decision about one patient, with its evidence; merged records have none.

    conditions, waiting: a list of {group, codes, evidence}; waiting: groups that ask for a practitioner's judgement.
    decision: the object of contracts/identify.md. rules_version: which rules and approved parameters decided.
    """

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.OneToOneField(Patient, on_delete=models.CASCADE, related_name="assessment")
    as_of = models.DateField()
    eligible = models.BooleanField()
    deceased = models.BooleanField()
    covered = models.BooleanField()
    leading_reason = models.CharField(max_length=40, blank=True)
    reasons = models.JSONField(default=list)
    age = models.SmallIntegerField(null=True)
    payer = models.CharField(max_length=40)
    programs = models.JSONField(default=list)
    in_ccm = models.BooleanField(default=False)
    in_pcm = models.BooleanField(default=False)
    in_bhi = models.BooleanField(default=False)
    group_keys = models.JSONField(default=list)
    group_count = models.PositiveSmallIntegerField(default=0)
    conditions = models.JSONField(default=list)
    waiting = models.JSONField(default=list)
    unmapped = models.JSONField(default=list)
    has_unmapped = models.BooleanField(default=False)
    complexity = models.CharField(max_length=30)
    complexity_score = models.PositiveSmallIntegerField()
    complexity_because = models.JSONField(default=list)
    last_visit = models.DateField(null=True)
    initiating_visit_needed = models.BooleanField()
    enrolled = models.BooleanField()
    own_rules = models.JSONField(default=list)
    decision = models.JSONField(default=dict)
    rules_version = models.CharField(max_length=100)
    assessed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["practice", "eligible", "enrolled"], name="assessment_by_eligible"),
            models.Index(fields=["practice", "leading_reason"], name="assessment_by_reason"),
            models.Index(fields=["practice", "complexity"], name="assessment_by_complexity"),
        ]

    def __str__(self) -> str:
        return "eligible" if self.eligible else self.leading_reason


class AssessedGroup(models.Model):
    """A condition group that counts for a patient: what the lists filter and count by, on both databases alike."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+", db_index=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="groups")
    group = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assessment", "group"], name="group_once_an_assessment")]
        indexes = [models.Index(fields=["practice", "group"], name="assessed_by_group")]

    def __str__(self) -> str:
        return self.group


class Enrollment(models.Model):
    """A patient in a program, from consent to leaving; until is exclusive and empty while it lasts.

    source: how we know ("marked from a list" until consent is taken here).
    """

    class Program(models.TextChoices):
        """What one enrolls in."""

        CCM = "ccm", "Chronic Care Management"
        PCM = "pcm", "Principal Care Management"
        APCM = "apcm", "Advanced Primary Care Management"
        BHI = "bhi", "Behavioral Health Integration"

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="enrollments")
    program = models.CharField(max_length=10, choices=Program)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200)
    marked_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, null=True, related_name="+")
    marked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "program"], condition=models.Q(until=None), name="one_open_enrollment_a_program"
            ),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")), name="enrollment_in_order"
            ),
        ]
        indexes = [models.Index(fields=["practice", "until"], name="enrollment_by_practice")]

    def __str__(self) -> str:
        return f"{self.program} from {self.since}"


class Reassessment(models.Model):
    """A patient whose facts changed and who waits to be assessed again. asked_at moves when they change once more."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    patient = models.OneToOneField(Patient, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.patient_id} since {self.asked_at}"


class SavedFilter(models.Model):
    """A filter of a list that somebody gave a name. query: the filters as they stand in the page's address."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="saved_filters")
    page = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=1000)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "page", "name"], name="filter_name_once_a_member")]

    def __str__(self) -> str:
        return self.name
