"""The base of every value that crosses rooms, and a value that may be unknown."""

from typing import Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator

T = TypeVar("T")


class Fact(BaseModel):
    """Base of every record in the artifact: unknown keys are errors, so that a typo can't hide."""

    model_config = ConfigDict(extra="forbid")


class Fixed(Fact):
    """A fact that is made once and never changed: assigning to a field is an error."""

    model_config = ConfigDict(frozen=True)


class Reading(Fact, Generic[T]):
    """One value read from the system, or `None` with the reason why it could not be read."""

    value: T | None = None
    reason: str | None = None

    @model_validator(mode="after")
    def _null_has_a_reason(self) -> Self:
        if (self.value is None) == (self.reason is None):
            raise ValueError("a reading has either a value or a reason, and never both")
        return self
