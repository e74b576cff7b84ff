from config.celery import app as celery_app

# Imported here so that `@shared_task` finds the application in every process, web processes too.
__all__ = ["celery_app"]
