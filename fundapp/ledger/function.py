"""PostgreSQL's own function for posting: lock, number, legs, balances, chain and journal in one round trip.

It only writes; what may not be is refused by the guards, as it is for anybody's SQL. Where one refuses, the function
gives no row and nothing of it stays, but the book stays locked: :mod:`fundapp.ledger.commands.meeting` then says why.
The canonical text comes in three pieces, between which the hash before it and the number are put. Legs come as they
stand in that text; given back is of each leg its account, balance and version.
"""

from fundapp.db.guards import routine

CREATE = """
CREATE FUNCTION ledger_post(
  p_book bigint, p_ledger text, p_key text, p_body text, p_legs jsonb, p_first text, p_second text, p_third text,
  p_purpose text, p_source text, p_subject text, p_day date, p_at timestamptz, p_by bigint, p_asked bigint,
  p_approved bigint, p_reverses bigint, p_reason text
) RETURNS TABLE (r_journal bigint, r_seq bigint, r_prev text, r_hash text, r_legs text)
LANGUAGE plpgsql AS $body$
DECLARE v_journal bigint; v_seq bigint; v_prev text; v_told text; v_legs int := jsonb_array_length(p_legs);
BEGIN
  PERFORM 1 FROM book WHERE id = p_book FOR NO KEY UPDATE;
  SELECT j.seq + 1, j.hash INTO v_seq, v_prev
    FROM ledger_journal j WHERE j.book_id = p_book ORDER BY j.seq DESC LIMIT 1;
  IF v_seq IS NULL THEN SELECT 1, b.start_hash INTO v_seq, v_prev FROM book b WHERE b.id = p_book; END IF;
  v_journal := nextval('ledger_journal_id_seq');
  v_told := p_first || v_prev || p_second || v_seq || p_third;
  r_hash := encode(sha256(convert_to(v_told, 'UTF8')), 'hex');
  BEGIN
    WITH written AS (
      INSERT INTO ledger_entry (journal_id, leg, leg_count, account_id, amount_fen, balance_after_fen, account_version)
      SELECT v_journal, g.leg, v_legs, a.id, (g.said->>1)::bigint, b.balance_fen + (g.said->>1)::bigint, b.version + 1
        FROM jsonb_array_elements(p_legs) WITH ORDINALITY AS g(said, leg)
        JOIN ledger_account a ON a.book_id = p_book AND a.ledger = p_ledger AND a.code = g.said->>0
        JOIN ledger_balance b ON b.account_id = a.id
      RETURNING leg, account_id, balance_after_fen, account_version
    ) SELECT string_agg(concat_ws(',', w.account_id, w.balance_after_fen, w.account_version), ' ' ORDER BY w.leg)
        INTO r_legs FROM written w;
    INSERT INTO ledger_journal (id, book_id, ledger, key, body_hash, seq, leg_count, purpose, source, subject,
      event_date, posted_at, posted_by_id, asked_by_id, approved_by_id, reverses_id, reason, prev_hash, hash, canonical)
    VALUES (v_journal, p_book, p_ledger, p_key, p_body, v_seq, v_legs, p_purpose, p_source, p_subject,
      p_day, p_at, p_by, p_asked, p_approved, p_reverses, p_reason, v_prev, r_hash, v_told);
  EXCEPTION WHEN integrity_constraint_violation THEN RETURN;
  END;
  r_journal := v_journal; r_seq := v_seq; r_prev := v_prev;
  RETURN NEXT;
END $body$
"""
routine("ledger_post", CREATE.strip())
