"""Council: the HTTP API of case-management systems."""
