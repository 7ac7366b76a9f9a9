"""The pretend country: invented units, people, defects and faults, with the truth kept."""
