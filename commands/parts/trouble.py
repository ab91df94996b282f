"""What a person who runs a command can mend themselves: told as one sentence, without a traceback."""


class Trouble(Exception):  # noqa: N818 - a sentence for a person
    """Its text says what is wrong and what to do."""
