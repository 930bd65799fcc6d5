"""What agents do at the desk: topics regrouped, entries merged, noise set aside; with undo."""
