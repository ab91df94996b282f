"""Council: the HTTP door of case-management systems."""
