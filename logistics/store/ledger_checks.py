"""What must hold of the ledger, asked of the database itself: only what differs is read.

Each check takes the id of a run, or None for all. Statements are in the words that SQLite and
PostgreSQL share.
"""

# ruff: noqa: S608  statements are put together from our own words; values are bound

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from logistics.domain.verification import Check, Fault

CARRYING = ("point", "van", "courier", "slot", "leader")
"""Custodians who have a bag as it was packed, its goods inside."""


def balances(session: Session, run_id: str | None) -> Iterator[Fault]:
    """Compare what the triggers keep with the sum of movements."""
    moved, of_lots = _runs(run_id)
    yield from _unequal(
        session,
        Check.BALANCES,
        f"""
        SELECT location || ' ' || lot_id, SUM(summed), SUM(kept) FROM (
          SELECT m.target AS location, m.lot_id, m.quantity AS summed, 0 AS kept
            FROM movement m {moved}
          UNION ALL SELECT m.source, m.lot_id, -m.quantity, 0 FROM movement m {moved}
          UNION ALL SELECT b.location, b.lot_id, 0, b.quantity FROM balance b {of_lots}
        ) AS both_sides
        GROUP BY location, lot_id HAVING SUM(summed) <> SUM(kept) ORDER BY 1
        """,
        run_id,
    )


def negative(session: Session, run_id: str | None) -> Iterator[Fault]:
    """Find places that hold less than nothing."""
    _, of_lots = _runs(run_id)
    glue = "AND" if of_lots else "WHERE"
    yield from _unequal(
        session,
        Check.NEGATIVE,
        f"SELECT b.location || ' ' || b.lot_id, 0, b.quantity FROM balance b {of_lots}"
        f" {glue} b.quantity < 0 AND b.location NOT LIKE 'supplier:%' ORDER BY 1",
        run_id,
    )


def lots(session: Session, run_id: str | None) -> Iterator[Fault]:
    """Compare what was counted of each lot with what came from its supplier."""
    where = "" if run_id is None else "WHERE l.run_id = :run"
    yield from _unequal(
        session,
        Check.LOTS,
        f"""
        SELECT l.id, l.quantity, COALESCE(SUM(m.quantity), 0) FROM lot l
        LEFT JOIN movement m ON m.lot_id = l.id AND m.kind IN ('purchase', 'donation')
        {where} GROUP BY l.id, l.quantity
        HAVING l.quantity <> COALESCE(SUM(m.quantity), 0) ORDER BY 1
        """,
        run_id,
    )


def conserved(session: Session, run_id: str | None) -> Iterator[Fault]:
    """Add up every lot over all places, its supplier included: nothing may be left."""
    _, of_lots = _runs(run_id)
    yield from _unequal(
        session,
        Check.CONSERVED,
        f"SELECT b.lot_id, 0, SUM(b.quantity) FROM balance b {of_lots}"
        " GROUP BY b.lot_id HAVING SUM(b.quantity) <> 0 ORDER BY 1",
        run_id,
    )


def custody(session: Session, run_id: str | None) -> Iterator[Fault]:
    """Follow each chain as it was written: from the point, without a gap, to who is kept."""
    where = "" if run_id is None else "WHERE b.run_id = :run"
    yield from _unequal(
        session,
        Check.CUSTODY,
        f"""
        WITH links AS (
          SELECT m.seq, m.bag_id, m.source, m.target,
            LAG(m.target) OVER (PARTITION BY m.bag_id ORDER BY m.seq) AS came_to
          FROM bag_move m JOIN bag b ON b.id = m.bag_id {where}
        )
        SELECT links.bag_id || ' ' || links.seq,
          COALESCE(links.came_to, 'point:' || p.code), links.source
        FROM links JOIN bag b ON b.id = links.bag_id JOIN place p ON p.id = b.point_id
        WHERE links.source <> COALESCE(links.came_to, 'point:' || p.code) ORDER BY 1
        """,
        run_id,
    )
    yield from _unequal(
        session,
        Check.CUSTODY,
        f"""
        SELECT b.id, COALESCE(m.target, 'point:' || p.code), b.custodian
        FROM bag b JOIN place p ON p.id = b.point_id
        LEFT JOIN (SELECT bag_id, MAX(seq) AS seq FROM bag_move GROUP BY bag_id) AS last
          ON last.bag_id = b.id
        LEFT JOIN bag_move m ON m.seq = last.seq
        {where} {"AND" if where else "WHERE"}
          b.custodian <> COALESCE(m.target, 'point:' || p.code) ORDER BY 1
        """,
        run_id,
    )


def intervals(session: Session, run_id: str | None) -> Iterator[Fault]:
    """Follow each chain as it stands, without what was undone: no gap, no overlap."""
    where = "" if run_id is None else "AND b.run_id = :run"
    yield from _unequal(
        session,
        Check.INTERVALS,
        f"""
        WITH standing AS (
          SELECT m.seq, m.bag_id, m.source, m.at,
            LAG(m.target) OVER (PARTITION BY m.bag_id ORDER BY m.seq) AS came_to,
            LAG(m.at) OVER (PARTITION BY m.bag_id ORDER BY m.seq) AS came_at
          FROM bag_move m JOIN bag b ON b.id = m.bag_id
          LEFT JOIN bag_move u ON u.corrects = m.id
          WHERE m.kind <> 'undo' AND u.seq IS NULL {where}
        )
        SELECT bag_id || ' ' || seq, came_to, source FROM standing
        WHERE came_to IS NOT NULL AND (came_to <> source OR came_at > at) ORDER BY 1
        """,
        run_id,
    )


def bags(session: Session, run_id: str | None) -> Iterator[Fault]:
    """Compare what is in each bag with its lines, less what was found damaged."""
    where = "" if run_id is None else "WHERE b.run_id = :run"
    carrying = " OR ".join(f"b.custodian LIKE '{kind}:%'" for kind in CARRYING)
    yield from _unequal(
        session,
        Check.BAGS,
        f"""
        SELECT code || ' ' || lot_id, SUM(said), SUM(there) FROM (
          SELECT b.id, b.code, s.lot_id,
            CASE WHEN {carrying} THEN l.quantity ELSE 0 END AS said, 0 AS there
          FROM bag b JOIN bag_line l ON l.bag_id = b.id JOIN share s ON s.id = l.share_id {where}
          UNION ALL
          SELECT b.id, b.code, d.lot_id, CASE WHEN {carrying} THEN -d.quantity ELSE 0 END, 0
          FROM bag b JOIN bag_damage d ON d.bag_id = b.id {where}
          UNION ALL
          SELECT b.id, b.code, k.lot_id, 0, k.quantity FROM bag b
          JOIN balance k ON k.location IN ('bag:' || b.id, 'return:' || b.id) {where}
        ) AS both_sides
        GROUP BY id, code, lot_id HAVING SUM(said) <> SUM(there) ORDER BY 1
        """,
        run_id,
    )


def households(session: Session, run_id: str | None) -> Iterator[Fault]:
    """Compare what households hold with the lines of their bags, less what was damaged."""
    where = "" if run_id is None else "AND b.run_id = :run"
    of_lots = "" if run_id is None else "AND k.lot_id IN (SELECT id FROM lot WHERE run_id = :run)"
    yield from _unequal(
        session,
        Check.HOUSEHOLDS,
        f"""
        SELECT location || ' ' || lot_id, SUM(said), SUM(there) FROM (
          SELECT b.custodian AS location, s.lot_id, l.quantity AS said, 0 AS there
          FROM bag b JOIN bag_line l ON l.bag_id = b.id JOIN share s ON s.id = l.share_id
          WHERE b.custodian LIKE 'household:%' {where}
          UNION ALL
          SELECT b.custodian, d.lot_id, -d.quantity, 0
          FROM bag b JOIN bag_damage d ON d.bag_id = b.id
          WHERE b.custodian LIKE 'household:%' {where}
          UNION ALL
          SELECT k.location, k.lot_id, 0, k.quantity FROM balance k
          WHERE k.location LIKE 'household:%' {of_lots}
        ) AS both_sides
        GROUP BY location, lot_id HAVING SUM(said) <> SUM(there) ORDER BY 1
        """,
        run_id,
    )


def corrections(session: Session, run_id: str | None) -> Iterator[Fault]:
    """Compare each correction with the movement that it takes back."""
    where = "" if run_id is None else "AND c.run_id = :run"
    yield from _unequal(
        session,
        Check.CORRECTIONS,
        f"""
        SELECT c.seq, COALESCE(m.lot_id || ' ' || m.quantity || ' ' || m.target || ' > '
            || m.source, 'a movement'),
          c.lot_id || ' ' || c.quantity || ' ' || c.source || ' > ' || c.target
        FROM movement c LEFT JOIN movement m ON m.seq = c.corrects
        WHERE c.corrects IS NOT NULL {where} AND (m.seq IS NULL OR m.seq >= c.seq
          OR m.lot_id <> c.lot_id OR m.quantity <> c.quantity
          OR m.source <> c.target OR m.target <> c.source) ORDER BY 1
        """,
        run_id,
    )


def statements(session: Session, run_id: str | None) -> Iterator[Fault]:
    """Compare the state of each lot with what was said of it last."""
    where = "" if run_id is None else "AND l.run_id = :run"
    yield from _unequal(
        session,
        Check.STATEMENTS,
        f"""
        SELECT l.id, s.state, l.state FROM lot l JOIN lot_statement s ON s.lot_id = l.id
        WHERE s.seq = (SELECT MAX(seq) FROM lot_statement WHERE lot_id = l.id)
          AND s.state <> l.state {where} ORDER BY 1
        """,
        run_id,
    )


def counts(session: Session) -> dict[str, int]:
    """Count the rows of the books."""
    tables = ("movement", "lot", "balance", "bag", "bag_move", "bag_scan", "ledger_seal")
    return {
        table: int(session.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one())
        for table in tables
    }


def _runs(run_id: str | None) -> tuple[str, str]:
    """Restrict movements, and balances, to the lots of a run."""
    if run_id is None:
        return "", ""
    own = "(SELECT id FROM lot WHERE run_id = :run)"
    return f"WHERE m.lot_id IN {own}", f"WHERE b.lot_id IN {own}"


def _unequal(
    session: Session, check: Check, statement: str, run_id: str | None
) -> Iterator[Fault]:
    facts = {} if run_id is None else {"run": run_id}
    for subject, expected, found in session.execute(text(statement), facts):
        yield Fault(check=check, subject=str(subject), expected=str(expected), found=str(found))
