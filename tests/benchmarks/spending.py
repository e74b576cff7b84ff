"""spend_points from members' lots, spread over members, against a stored function that does the same."""

import itertools
import time
from datetime import timedelta

import psycopg

from tests.benchmarks.harness import NOW, URL, Figure, Scale, in_parallel, start_together, throughput

PROCESSES = 2
LOTS = 4

FUNCTION = """
CREATE FUNCTION raw_spend(the_account bigint, the_member bigint, wanted bigint, to_account bigint, the_key text,
                          moment timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE rest bigint := wanted; taken bigint; the_transfer bigint; each record; due timestamptz;
BEGIN
    PERFORM 1 FROM members_account WHERE id = the_account AND available >= wanted FOR NO KEY UPDATE;
    IF NOT FOUND THEN RAISE EXCEPTION 'not enough points'; END IF;
    INSERT INTO members_transfer (debit_account_id, credit_account_id, points, kind, occurred_at, recorded_at,
        business_key, reference, explanation)
    VALUES (the_account, to_account, wanted, 'spend', moment, moment, the_key, '', '{}') RETURNING id INTO the_transfer;
    FOR each IN SELECT id, remaining FROM members_lot WHERE account_id = the_account AND remaining > 0
            AND NOT is_pending ORDER BY expires_at, id FOR UPDATE LOOP
        taken := least(rest, each.remaining);
        UPDATE members_lot SET remaining = remaining - taken WHERE id = each.id;
        INSERT INTO members_draw (transfer_id, lot_id, points) VALUES (the_transfer, each.id, taken);
        rest := rest - taken;
        EXIT WHEN rest = 0;
    END LOOP;
    SELECT min(expires_at) INTO due FROM members_lot WHERE account_id = the_account AND remaining > 0;
    UPDATE members_account SET available = available - wanted, settle_due_at = due WHERE id = the_account;
    INSERT INTO members_domainevent (type, member_id, occurred_at, recorded_at, payload, attempts, last_error)
    VALUES ('points.spent', the_member, moment, moment,
        jsonb_build_object('points', wanted, 'kind', 'spend', 'key', the_key), 0, '');
    RETURN the_transfer;
END $$
"""


def _lots_for_everybody() -> None:
    """A few lots a member, through the ledger's own entrance."""
    from members.models import Account  # noqa: PLC0415 -- after django.setup()
    from members.services.consolidations import OpeningBalance, open_balances  # noqa: PLC0415

    members = list(Account.objects.filter(kind="member").values_list("member_id", flat=True))
    for start in range(0, len(members), 2_000):
        for lot in range(LOTS):
            open_balances(
                balances=[
                    OpeningBalance(member, 1_000_000, f"{member}:{lot}", NOW + timedelta(days=100 + lot))
                    for member in members[start : start + 2_000]
                ],
                source="bench",
                now=NOW,
            )


def _members(share: int) -> list[tuple[int, int]]:
    with psycopg.connect(URL, autocommit=True) as connection:
        return connection.execute(
            "SELECT id, member_id FROM members_account WHERE kind = 'member' ORDER BY id"
        ).fetchall()[share::PROCESSES]


def _ours(share: int, run: str, count: int) -> float:
    import django  # noqa: PLC0415 -- each process sets itself up

    django.setup()
    from members.services.ledger import spend_points  # noqa: PLC0415

    members = itertools.islice(itertools.cycle(_members(share)), count)
    asked = [(member, f"ours-{run}-{share}-{number}") for number, (_, member) in enumerate(members)]
    spend_points(member_id=asked[0][0], points=1, business_key=f"warm-{run}-{share}", now=NOW)
    start_together()
    started = time.perf_counter()
    for member, key in asked:
        spend_points(member_id=member, points=10, business_key=key, now=NOW)
    return time.perf_counter() - started


def _raw(share: int, run: str, count: int) -> float:
    members = itertools.islice(itertools.cycle(_members(share)), count)
    asked = [(account, member, f"raw-{run}-{share}-{number}") for number, (account, member) in enumerate(members)]
    with psycopg.connect(URL, autocommit=True) as connection:
        redemption = connection.execute("SELECT id FROM members_account WHERE code = 'redemption'").fetchone()
        assert redemption is not None
        start_together()
        started = time.perf_counter()
        for account, member, key in asked:
            connection.execute("SELECT raw_spend(%s, %s, 10, %s, %s, %s)", (account, member, redemption[0], key, NOW))
        return time.perf_counter() - started


def measure(scale: Scale) -> list[Figure]:
    """Spends per second of two processes."""
    from tests.benchmarks.programme import make_members, make_programme  # noqa: PLC0415 -- after django.setup()

    make_programme()
    # As many at each scale: the cards of few members lie on the same pages, where two tills wait for each other.
    make_members(20_000)
    _lots_for_everybody()
    with psycopg.connect(URL, autocommit=True) as connection:
        connection.execute(FUNCTION)
        connection.execute("ANALYZE")
    count = scale.size(2_000, least=1_000)
    runs = itertools.count()
    return [
        throughput(
            f"spend_points, {LOTS} lots a member, {PROCESSES} processes",
            ours=lambda: in_parallel(_ours, PROCESSES, f"{next(runs)}", count),
            raw=lambda: in_parallel(_raw, PROCESSES, f"{next(runs)}", count),
            count=count * PROCESSES,
            target=0.50,
            rounds=scale.rounds,
        )
    ]
