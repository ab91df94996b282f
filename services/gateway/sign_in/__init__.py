"""Sign in: signing in and out, registering, resetting a password."""
