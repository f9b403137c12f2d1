"""What scripts run on: planning, goals, worlds, acting, and the shells around them."""
