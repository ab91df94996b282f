"""The services of the portal: each owns its data, and they talk to one another by events only."""
