"""Where facts come from, and what every fact that came from elsewhere carries with it."""

from django.db import models

from keepwell.practice.models import Practice


class Source(models.Model):
    """A system that facts come from: the EHR's FHIR server, a report that the practice exports."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="sources")
    name = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "name"], name="source_name_once_a_practice")]

    def __str__(self) -> str:
        return self.name


class Sourced(models.Model):
    """What every fact keeps of its origin: the system (None: by hand), id and version there, and when it came here.

    absent_since: when a newer full export of its patient no longer held it. Such a row is kept and shown as absent,
    and no rule counts it; it counts again when it comes back.
    fingerprint: of all that the source said, so that the same export changes nothing.
    """

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+", db_index=False)
    origin = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    source_id = models.CharField(max_length=200)
    source_version = models.CharField(max_length=100, blank=True)
    source_updated_at = models.DateTimeField(null=True, blank=True)
    imported_at = models.DateTimeField()
    absent_since = models.DateTimeField(null=True, blank=True)
    fingerprint = models.CharField(max_length=32, blank=True)

    class Meta:
        abstract = True
