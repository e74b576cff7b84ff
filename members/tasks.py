"""What the worker does: each task is one call of a service, and may be run twice, late, or by two workers at once."""

from celery import shared_task

from members import clock
from members.services import import_runs, jobs, purges, relays


@shared_task
def relay_events() -> None:
    """Deliver waiting domain events."""
    relays.relay_events(now=clock.now())


@shared_task
def run_programme_day() -> None:
    """Run the jobs of today, and of every day that was missed."""
    jobs.catch_up(now=clock.now())


@shared_task
def verify_ledger() -> None:
    """Prove that the books are right; drift fails the task and its row in the job log."""
    jobs.run_verification(now=clock.now())


@shared_task
def purge() -> None:
    """Forget what need not be kept for ever."""
    purges.purge(now=clock.now())


@shared_task
def run_import(import_id: int) -> None:
    """Work off an uploaded file, unless another worker has it."""
    import_runs.run_import(import_id=import_id)


@shared_task
def sweep_imports() -> None:
    """Have imports begun again whose worker was killed."""
    import_runs.sweep_imports(now=clock.now())
