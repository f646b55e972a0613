"""PostgreSQL's own function that writes an entry of the trail: lock, number, link, hash and head in one round trip.

The entry's text comes in three pieces, between which the hash before it and its number are put. The lock (7001) is held
to the end of the transaction.
"""

from fundapp.db.guards import routine

CREATE = """
CREATE FUNCTION audit_note(
  p_at timestamptz, p_person bigint, p_deed text, p_about text, p_details text, p_rows text,
  p_first text, p_second text, p_third text
) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE v_seq bigint; v_prev text; v_hash text; v_starts boolean;
BEGIN
  PERFORM pg_advisory_xact_lock(7001);
  SELECT h.seq, h.hash INTO v_seq, v_prev FROM audit_head h WHERE h.id = 1;
  v_starts := v_seq IS NULL;
  IF v_starts THEN v_seq := 0; v_prev := repeat('0', 64); END IF;
  v_hash := encode(sha256(convert_to(p_first || v_prev || p_second || (v_seq + 1) || p_third, 'UTF8')), 'hex');
  INSERT INTO audit_entry (seq, at, person_id, deed, about, details, rows, prev_hash, hash)
  VALUES (v_seq + 1, p_at, p_person, p_deed, p_about, p_details, p_rows, v_prev, v_hash);
  IF v_starts THEN INSERT INTO audit_head (id, seq, hash) VALUES (1, 1, v_hash);
  ELSE UPDATE audit_head SET seq = v_seq + 1, hash = v_hash WHERE id = 1; END IF;
END $body$
"""
routine("audit_note", CREATE.strip())
