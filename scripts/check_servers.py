"""Fail early and in words where the servers are not there that the tests need."""

import os
import sys

import psycopg
import redis

TIMEOUT_SECONDS = 5


def main() -> None:
    try:
        # The database itself need not exist: the tests make their own.
        url, _, _ = os.environ["DATABASE_URL"].rpartition("/")
        with psycopg.connect(f"{url}/postgres", connect_timeout=TIMEOUT_SECONDS) as connection:
            print(f"PostgreSQL {connection.info.server_version // 10_000}")
    except psycopg.OperationalError as error:
        sys.exit(f"PostgreSQL does not answer at DATABASE_URL ({error}). Start it, or name another one.")
    try:
        with redis.from_url(os.environ["REDIS_URL"], socket_connect_timeout=TIMEOUT_SECONDS) as client:
            print(f"Redis {client.info('server')['redis_version']}")
    except redis.RedisError as error:
        sys.exit(f"Redis does not answer at REDIS_URL ({error}). Start it, or name another one.")


if __name__ == "__main__":
    main()
