"""What the JSON feed answers: every field, its meaning, its denominator."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field


class Said(BaseModel):
    """Every answer names all its fields, and no others."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


class Problem(Said):
    """Why there is no answer, and what to do."""

    status: int
    detail: str


class RatioSaid(Said):
    """Units on a level, out of all that are valid on the day."""

    count: int = Field(description="Units on the level or above.")
    of: int = Field(description="Units valid on the day: the denominator.")


class DayRatios(Said):
    """Both ratios of another day."""

    as_of: date
    connected: RatioSaid
    synchronised: RatioSaid


class KindSaid(Said):
    """How many units of one kind stand on each level."""

    kind: str
    levels: list[int] = Field(description="Units on level 0, 1, 2, 3, 4, 5.")
    of: int


class CauseSaid(Said):
    """One rule that is broken in the country."""

    rule_code: str
    effect: str
    sentence_vi: str
    sentence_en: str
    unit_count: int = Field(description="Units with a record that breaks the rule.")
    of_units: int = Field(description="Units that are counted: the denominator.")
    record_count: int = Field(description="Records that break it, each once.")
    finding_count: int
    waived_count: int | None = Field(
        description="Of `finding_count`: accepted until a later day; null: not counted then."
    )


class ClaimSaid(Said):
    """A figure that somebody announced; never mixed with what is proved."""

    claimed_on: date
    claim_vi: str
    claim_en: str
    connected_count: int | None
    synchronised_count: int | None
    unit_count: int | None
    stated_by: str
    source: str


class UnitSaid(Said):
    """Where one unit stands; a count is null where it is not known."""

    unit_code: str
    name_vi: str
    name_en: str
    kind: str
    level: int = Field(ge=0, le=5)
    expected: int | None
    present: int | None = Field(description="Live and not stale; of `expected`.")
    announced: int | None
    received: int | None
    live: int | None
    stale: int | None
    quarantined: int | None
    waiting: int | None
    blocking_findings: int | None
    other_findings: int | None
    waived_findings: int | None
    last_success_at: datetime | None
    reason_code: str
    reason_vi: str
    reason_en: str


class ContactSaid(Said):
    """An office to turn to."""

    role: str
    office: str
    office_email: str
    office_phone: str


class DaySaid(Said):
    """The day of the figures, and when they were measured."""

    as_of: date
    measured_at: datetime
    levels_not_measured: list[int] = Field(
        description="Levels that no unit can reach yet, because nothing measures them."
    )


class ScorecardSaid(DaySaid):
    """The country on a day."""

    connected: RatioSaid
    synchronised: RatioSaid
    earlier: dict[str, DayRatios | None] = Field(
        description="Both ratios a week, a month and a year before; null: not measured."
    )
    by_kind: list[KindSaid]
    units: list[UnitSaid]
    causes: list[CauseSaid]
    claimed: list[ClaimSaid]


class UnitAnswer(DaySaid):
    """One unit on a day, with the offices to turn to now."""

    unit: UnitSaid
    contacts: list[ContactSaid]
