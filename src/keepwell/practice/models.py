"""Who the practice is and who works there. Models are changed only through `actions`."""

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class UserManager(BaseUserManager["User"]):
    """Makes people by their e-mail address."""

    def create_user(self, email: str, name: str, password: str | None = None) -> "User":
        """A person with this address (stored in lower case); without a password they cannot sign in by one."""
        user = self.model(email=email.strip().lower(), name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in. What they may do is said by their StaffMember rows, never here."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name


class Practice(models.Model):
    """One practice; every row of every other room belongs to one."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    npi = models.CharField(max_length=10, blank=True)
    tax_id = models.CharField(max_length=10, blank=True)
    zip_code = models.CharField(max_length=5, blank=True)
    time_zone = models.CharField(max_length=64, default="America/New_York")
    phone = models.CharField(max_length=20, blank=True)
    is_demonstration = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Practitioner(models.Model):
    """A billing practitioner: physician, NP, PA, CNS or CNM."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="practitioners")
    npi = models.CharField(max_length=10, blank=True)
    given = models.CharField(max_length=100, blank=True)
    family = models.CharField(max_length=100)
    suffix = models.CharField(max_length=20, blank=True)
    source_id = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "npi"], condition=~models.Q(npi=""), name="practitioner_npi_once_a_practice"
            )
        ]

    def __str__(self) -> str:
        return f"{self.given} {self.family} {self.suffix}".strip()
