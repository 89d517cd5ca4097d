"""The backend past one machine: fronts that take requests, workers that do the jobs, one database, one store."""
