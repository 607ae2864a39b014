"""What each party does: stages composed, nothing else."""
