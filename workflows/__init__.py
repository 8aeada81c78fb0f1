"""When things happen: durable orchestration and nothing else."""
