"""Will we make it: forecasts of a campaign's total at its deadline, and their record."""
