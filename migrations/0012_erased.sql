-- Why: another system may report what it sent to somebody who has been erased, again or late, and that must not bring their address back. A
-- keyed hash of the address says that it is gone, and until when; it leads nowhere by itself, and is kept for a year.
CREATE TABLE erased_addresses (
  mark TEXT PRIMARY KEY,
  -- What was sent to it until then stays a figure without a receiver; epoch ms.
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX erased_addresses_by_time ON erased_addresses (until);

-- One name a person, by whom it is for: somebody who comes back after an erasure gets another.
CREATE INDEX pseudonyms_by_id ON pseudonyms (id);
