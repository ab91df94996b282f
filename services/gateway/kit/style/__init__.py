"""What the pages' stylesheet, script and fonts are built from; nothing here is imported by the running gateway."""
