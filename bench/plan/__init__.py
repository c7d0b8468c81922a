"""What a run will do on a host, decided before anything is started."""
