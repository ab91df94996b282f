"""The receipt: a hash that anybody who holds a contribution can compute again. No I/O."""

import hashlib
import json

from contracts.portal import ContributionSubmitted


def receipt_of(contribution: ContributionSubmitted) -> str:
    """SHA-256 (hex) over the message's JSON without `receipt`: keys sorted, no spaces, UTF-8."""
    body = contribution.model_dump(mode="json", by_alias=True, exclude={"receipt"})
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
