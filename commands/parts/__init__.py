"""The parts of a portal on one machine: how each is started, watched and stopped. Not used in production."""
