"""Makes the shipped list of bank holidays anew, from the library that is a dependency of the tests alone (ADR 0051).

python -m tests.support.bank_holidays
"""

from holidays import country_holidays

from chassis.working_days import BANK_HOLIDAYS

YEARS = range(2026, 2051)


def lines() -> list[str]:
    """A day a line, with its name, in order."""
    found = country_holidays("GB", subdiv="ENG", years=YEARS, language="en_GB")
    return [f"{day} {name}" for day, name in sorted(found.items())]


if __name__ == "__main__":
    BANK_HOLIDAYS.write_text("\n".join(lines()) + "\n", encoding="utf-8")
