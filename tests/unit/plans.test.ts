import { expect, test } from 'vitest';
import { faultsOf, type Place } from '../worker/plans/judge';

/** Plans as SQLite prints them: two spaces more are one SELECT deeper. */
function stepsOf(lines: readonly string[]) {
  const depths = lines.map((line) => line.search(/\S/) / 2);
  return lines.map((line, i) => ({
    id: i + 1,
    parent: depths.slice(0, i).lastIndexOf((depths[i] ?? 0) - 1) + 1,
    detail: line.trim(),
  }));
}
const faults = (sql: string, lines: readonly string[], place: Place = 'D1') =>
  faultsOf(sql, stepsOf(lines), place).map(({ step }) => step);

const SORT = 'USE TEMP B-TREE FOR ORDER BY';
const WORDS = 'SELECT rowid FROM conversations_fts WHERE conversations_fts MATCH ?';
const PAGE = 'SELECT * FROM (SELECT no FROM people WHERE no > ? ORDER BY no LIMIT ?) AS page CROSS JOIN person_facts f ON f.no = page.no ORDER BY f.no'; // prettier-ignore

test.each<[string, string, string[], string[], Place?]>([
  ['a pass over a table that grows', 'SELECT * FROM people', ['SCAN people'], ['SCAN people']],
  ['one under another name', 'SELECT * FROM people AS q', ['SCAN q'], ['SCAN q']],
  ['one in the order of an index', 'SELECT * FROM audit', ['SCAN audit USING INDEX audit_by_time'], ['SCAN audit USING INDEX audit_by_time']],
  ['one that makes its own index', 'SELECT * FROM people q', ['SEARCH q USING AUTOMATIC COVERING INDEX (id=?)'], ['SEARCH q USING AUTOMATIC COVERING INDEX (id=?)']],
  ['a table of settings', 'SELECT * FROM channels AS h', ['SCAN h'], []],
  ['a table of an object, on D1', 'SELECT * FROM outbox', ['SCAN outbox'], ['SCAN outbox']],
  ['a table of an object, in it', 'SELECT * FROM outbox', ['SCAN outbox'], [], 'object'],
  ['what waits to be done', 'SELECT * FROM recipients', ['SCAN recipients USING INDEX recipients_unrecorded'], [], 'object'],
  ['a batch', 'SELECT * FROM json_each(?1) AS j CROSS JOIN people q ON q.id = j.value', ['SCAN j VIRTUAL TABLE INDEX 1:', 'SEARCH q USING INDEX x (id=?)'], []],
  ['words anywhere', WORDS, ['SCAN conversations_fts VIRTUAL TABLE INDEX 64:M1'], ['SCAN conversations_fts VIRTUAL TABLE INDEX 64:M1']],
  ['words from one bound on', WORDS, ['SCAN conversations_fts VIRTUAL TABLE INDEX 64:M1>'], ['SCAN conversations_fts VIRTUAL TABLE INDEX 64:M1>']],
  ['words within both bounds', WORDS, ['SCAN conversations_fts VIRTUAL TABLE INDEX 64:M1><'], []],
  ['an entry of the index', WORDS, ['SCAN conversations_fts VIRTUAL TABLE INDEX 0:='], []],
  ['a sort of what a look-up finds, which may be most', 'SELECT * FROM recipients', ['SEARCH recipients USING INDEX x (outcome=?)', SORT], [SORT], 'object'],
  ['a sort of what one person has', 'SELECT * FROM person_addresses a', ['SEARCH a USING INDEX x (person_no=?)', SORT], []],
  ['a sort of a page', PAGE, ['CO-ROUTINE page', '  SEARCH people USING INTEGER PRIMARY KEY (rowid>?)', 'SCAN page', 'SEARCH f USING INTEGER PRIMARY KEY (rowid=?)', SORT], []],
  ['a sort of all there is in a SELECT', PAGE.replace(' LIMIT ?', ''), ['CO-ROUTINE page', '  SEARCH people USING INTEGER PRIMARY KEY (rowid>?)', 'SCAN page', 'SEARCH f USING INTEGER PRIMARY KEY (rowid=?)', SORT], [SORT]],
  ['a step of a SELECT that counts on itself', 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n', ['CO-ROUTINE n', '  SETUP', '    SCAN CONSTANT ROW', '  RECURSIVE STEP', '    SCAN n', 'SCAN n'], []],
])('judges %s', (_, sql, lines, expected, place) => {
  expect(faults(sql, lines, place)).toEqual(expected);
}); // prettier-ignore

test('an exception allows the step that it names of the statement that it names, and no other', () => {
  const sql = `SELECT count(*) AS total\n  FROM "audit" AS "a" WHERE a.at > ?`;
  const [named] = faultsOf(sql.replace('SELECT', 'select').replace('FROM', 'from').replaceAll('AS', 'as').replace('WHERE', 'where'), stepsOf(['SCAN a']), 'D1'); // prettier-ignore
  expect(named?.excused?.why).toEqual(expect.any(String));
  const [step] = faultsOf('select count(*) as total from audit as a where', stepsOf(['SCAN a USING INDEX audit_by_time']), 'D1');
  expect(step?.excused).toBeNull();
  const [statement] = faultsOf('select id from audit as a', stepsOf(['SCAN a']), 'D1');
  expect(statement?.excused).toBeNull();
});
