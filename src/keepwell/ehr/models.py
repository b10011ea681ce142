"""What was imported: each batch with its counts, and each line that could not be used."""

from django.db import models

from keepwell.practice.models import Practice, StaffMember


class ImportBatch(models.Model):
    """One import. Only a batch that is done has changed the chart; at most one of a practice is running.

    counts: by resource type {read, refused, superseded, added, changed, unchanged, absent}. organization: what the
    export says of the practice itself. A killed import stays "running" until the next one marks it interrupted.
    """

    class State(models.TextChoices):
        """How far it came."""

        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        INTERRUPTED = "interrupted", "Interrupted"

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="imports")
    kind = models.CharField(max_length=20, default="fhir")
    source = models.CharField(max_length=200)
    state = models.CharField(max_length=20, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, null=True, related_name="+")
    counts = models.JSONField(default=dict)
    organization = models.JSONField(default=dict)
    problems_found = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name_plural = "import batches"
        constraints = [
            models.UniqueConstraint(
                fields=["practice"], condition=models.Q(state="running"), name="one_running_import_a_practice"
            )
        ]
        indexes = [models.Index(fields=["practice", "-started_at"], name="import_by_practice")]

    def __str__(self) -> str:
        return f"{self.source}, {self.get_state_display().lower()}"


class ImportProblem(models.Model):
    """A line, or an entry of a Bundle, that could not be used, and why. line: 0 where the whole file is meant."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="problems")
    file = models.CharField(max_length=255)
    line = models.PositiveIntegerField()
    reason = models.CharField(max_length=500)
    warning = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}" if self.line else f"{self.file}: {self.reason}"
