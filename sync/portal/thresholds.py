"""The limits of the evidence ladder, as the pages explain them."""

from dataclasses import asdict, dataclass

from sync.portal.speech import Speech


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Hours, days and ratios (0..1) of ARCHITECTURE section 6; defaults as in the settings."""

    reachable_h: int = 24
    answer_h: int = 72
    filled_ratio: float = 0.95
    key_list_h: int = 168
    not_admitted_ratio: float = 0.05
    complete_ratio: float = 0.98
    flag_working_days: int = 3

    def spoken(self, speech: Speech) -> dict[str, str]:
        """Every limit as people write it."""
        return {
            name: speech.share(value) if isinstance(value, float) else speech.number(value)
            for name, value in asdict(self).items()
        }
