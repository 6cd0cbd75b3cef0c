-- Why: every batch of messages adds a part to the index of full text, and a question opens its lists in each of them. The hub folds them while
-- it has time (docs/decisions/0026), and then two of a size are enough to be made one.
INSERT INTO conversations_fts (conversations_fts, rank) VALUES ('usermerge', 2);
