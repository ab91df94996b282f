"""What fault tests measured, kept for the end of the run. Judges nothing."""

from dataclasses import dataclass, field


@dataclass
class Measures:
    """One line a test of reliability.md: T1 attempted=500 acknowledged=500 lost=0 ..."""

    lines: list[str] = field(default_factory=list)

    def report(self, test: str, **figures: object) -> None:
        """Note what a test did: attempted, acknowledged, lost, duplicated, recovered_in_s, or what fits it."""
        self.lines.append(f"{test:<4} " + "  ".join(f"{name}={value}" for name, value in figures.items()))
