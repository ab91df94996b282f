"""What auth does: load, decide, save, tell. No HTTP, no AMQP, no database driver."""
