"""Western Indonesian time, all year: the clock of Jakarta (UTC+7, no summer time)."""

from datetime import timedelta, timezone

WIB = timezone(timedelta(hours=7), "WIB")
