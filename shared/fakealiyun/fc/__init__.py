"""Function Compute 2023-03-30 and 2021-04-06: functions as configuration; they run nothing."""
