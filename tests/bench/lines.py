"""What the bench prints: one JSON object a line."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One measured figure.

    `ratio` is value over baseline. `budget` speaks of the ratio, or of the value where there is
    no baseline: ">= 10" or "<= 5"; None: the figure is only shown, and `ok` is None too.
    """

    name: str
    value: float
    unit: str
    baseline: float | None = None
    budget: str | None = None

    @property
    def ratio(self) -> float | None:
        """Value over baseline."""
        return self.value / self.baseline if self.baseline else None

    @property
    def ok(self) -> bool | None:
        """Whether the budget is kept."""
        if self.budget is None:
            return None
        sign, limit = self.budget.split()
        measured = self.value if self.ratio is None else self.ratio
        return measured >= float(limit) if sign == ">=" else measured <= float(limit)

    def json(self) -> str:
        """The line as it is printed."""
        content = asdict(self) | {"ratio": self.ratio, "ok": self.ok}
        names = ("name", "value", "unit", "baseline", "ratio", "budget", "ok")
        return json.dumps({name: _rounded(content[name]) for name in names})


def _rounded(value: object) -> object:
    return float(f"{value:.4g}") if isinstance(value, float) else value
