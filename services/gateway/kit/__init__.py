"""What every journey stands on: requests, cookies, rendering, limits, the services behind. It knows none."""
