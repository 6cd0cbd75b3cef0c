import { z } from 'zod';
import { identityOf, isScopedId } from './address';
import { unguarded, type CsvRecord } from './csv';
import { CustomProperty, MAX_PERSON_NAME, type PropertyType, PropertyKey, type PropertyValues, valueFrom } from './person';
import { providerNames, rulesOf, type ProviderName } from './provider-rules';
import { fold } from './search';
import { cleanText } from './text';

export const MAX_IMPORT_BYTES = 20_000_000;
export const MAX_IMPORT_ROWS = 100_000;
export const MAX_IMPORT_COLUMNS = 100;
const MAX_ADDRESS = 128;

/** What becomes of a column. */
export const ColumnTarget = z.discriminatedUnion('to', [
  z.strictObject({ to: z.literal('nothing') }),
  z.strictObject({ to: z.literal('name') }),
  z.strictObject({ to: z.literal('address'), channelId: z.string().min(1).max(64) }),
  z.strictObject({ to: z.literal('property'), key: PropertyKey }),
  z.strictObject({ to: z.literal('newProperty'), ...CustomProperty.shape }),
]);
export type ColumnTarget = z.infer<typeof ColumnTarget>;

/** A target per column, in their order. */
export const Mapping = z.array(ColumnTarget).min(1).max(MAX_IMPORT_COLUMNS);
export type Mapping = z.infer<typeof Mapping>;

export type ImportChannel = { id: string; name: string; provider: ProviderName };
/** What a mapping is read against. `phoneOf`: a number in digits with its country code; null = it is none. */
export type ImportFacts = {
  channels: readonly ImportChannel[];
  custom: readonly CustomProperty[];
  phoneOf: (text: string) => string | null;
};

export type ImportAddress = { channelId: string; identity: string; address: string };
/** A row as it will be stored. */
export type ImportRow = { line: number; name: string | null; addresses: ImportAddress[]; values: PropertyValues };
/** Why a row is not taken, in words; `column` from 1, null = the row as a whole. */
export type ImportFailure = { line: number; column: number | null; problem: string; cells: string[] };

/** The custom properties that there will be when the mapping has been carried out. */
function propertiesAfter(mapping: Mapping, custom: readonly CustomProperty[]): CustomProperty[] {
  return [...custom, ...newPropertiesOf(mapping)];
}

export const newPropertiesOf = (mapping: Mapping): CustomProperty[] =>
  mapping.flatMap((target) => (target.to === 'newProperty' ? [{ key: target.key, label: target.label, type: target.type }] : []));

/** Why a mapping cannot be carried out, in words; null = it can. */
export function mappingProblemOf(mapping: Mapping, { channels, custom }: ImportFacts): string | null {
  if (!mapping.some(({ to }) => to === 'address'))
    return 'Choose at least one column with an address: it says who a row is about.';
  if (mapping.filter(({ to }) => to === 'name').length > 1) return 'Only one column can be the name.';
  const keys = new Set<string>();
  for (const target of mapping) {
    if (target.to === 'address' && !channels.some(({ id }) => id === target.channelId))
      return 'One of the channels is not there any more.';
    if (target.to !== 'property' && target.to !== 'newProperty') continue;
    if (keys.has(target.key)) return `Two columns are to become “${target.key}”.`;
    keys.add(target.key);
    const known = custom.some(({ key }) => key === target.key);
    if (target.to === 'property' && !known) return `There is no property “${target.key}” (any more).`;
    if (target.to === 'newProperty' && known) return `There is a property “${target.key}” already.`;
  }
  return null;
}

/** Reads one record by the mapping: a row, or the first thing that is wrong with it. Empty cells say nothing. */
export function readRow(record: CsvRecord, mapping: Mapping, facts: ImportFacts): ImportRow | ImportFailure {
  const { line, cells } = record;
  const failure = (column: number | null, problem: string): ImportFailure => ({ line, column, problem, cells });
  if (record.broken) return failure(null, 'Its quotes are not closed, or a cell is too long.');
  if (cells.slice(mapping.length).some((cell) => cell.trim() !== ''))
    return failure(null, 'It has more cells than the file has columns.');
  const row: ImportRow = { line, name: null, addresses: [], values: {} };
  const types = new Map<string, CustomProperty>(
    propertiesAfter(mapping, facts.custom).map((property) => [property.key, property]),
  );
  for (const [i, target] of mapping.entries()) {
    const cell = unguarded((cells[i] ?? '').trim()).trim();
    if (cell === '' || target.to === 'nothing') continue;
    if (target.to === 'name') {
      row.name = cleanText(cell, MAX_PERSON_NAME).trim() || null;
    } else if (target.to === 'address') {
      const address = addressFrom(cell, target.channelId, facts);
      if (typeof address === 'string') return failure(i + 1, address);
      row.addresses.push(address);
    } else {
      const property = types.get(target.key);
      if (!property) return failure(i + 1, 'There is no such property.');
      const value = valueFrom(property.type, cell);
      if (!value.ok) return failure(i + 1, `“${property.label}” ${value.error}.`);
      row.values[target.key] = value.value;
    }
  }
  return row.addresses.length > 0 ? row : failure(null, 'It has no address on any channel.');
}

function addressFrom(cell: string, channelId: string, { channels, phoneOf }: ImportFacts): ImportAddress | string {
  const channel = channels.find(({ id }) => id === channelId);
  if (!channel) return 'There is no such channel.';
  if (rulesOf(channel.provider).hasPhoneNumbers) {
    const phone = isScopedId(cell.trim()) ? cell.trim() : phoneOf(cell);
    if (phone === null) return 'It is not a phone number with its country code.';
    return { channelId, address: phone, identity: identityOf(channel.provider, phone) };
  }
  const address = cleanText(cell);
  if (address.length > MAX_ADDRESS || /\s/.test(address)) return 'It is not an address: too long, or with a space in it.';
  return { channelId, address, identity: identityOf(channel.provider, address) };
}

const nameWords = new Set(['name', 'full name', 'customer', 'customer name', 'contact', 'contact name']);

/** What the columns of a file most likely are, by their headings and the first rows. What is unclear becomes a new property. */
export function guessMapping(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  { channels, custom }: ImportFacts,
): Mapping {
  const taken = new Set<string>();
  const used = new Set<string>();
  const once = <T extends ColumnTarget>(mark: string, target: T): T | { to: 'nothing' } => {
    if (taken.has(mark)) return { to: 'nothing' };
    taken.add(mark);
    return target;
  };
  return headings.slice(0, MAX_IMPORT_COLUMNS).map((heading, i): ColumnTarget => {
    const words = fold(heading.trim()).replace(/[_-]+/g, ' ');
    const samples = rows.map((row) => unguarded((row[i] ?? '').trim())).filter((cell) => cell !== '');
    if (words === '' || samples.length === 0) return { to: 'nothing' };
    if (nameWords.has(words)) return once('name', { to: 'name' });
    const provider = providerNames.find((one) => rulesOf(one).addressWords.includes(words));
    const channel = channels.find(({ id, name }) => fold(name) === words || fold(id).replace(/-/g, ' ') === words) ?? channels.find((one) => one.provider === provider); // prettier-ignore
    if (channel) return { to: 'address', channelId: channel.id };
    const known = custom.find(({ key, label }) => fold(label) === words || fold(key) === words || keyFrom(heading) === key);
    if (known) return once(known.key, { to: 'property', key: known.key });
    const key = keyFrom(heading);
    if (!PropertyKey.safeParse(key).success || used.has(key) || custom.some((one) => one.key === key)) return { to: 'nothing' };
    used.add(key);
    return { to: 'newProperty', key, label: heading.trim().slice(0, 60), type: typeFrom(samples) };
  });
}

/** `Member since` → `member_since`. */
export function keyFrom(label: string): string {
  const words = fold(label).normalize('NFD').replace(/[^a-z0-9]+/g, '_').replace(/^[_0-9]+|_+$/g, ''); // prettier-ignore
  return words.slice(0, 40).replace(/_+$/, '');
}

function typeFrom(samples: readonly string[]): PropertyType {
  const all = (type: PropertyType) => samples.every((sample) => valueFrom(type, sample).ok);
  if (all('date')) return 'date';
  // Numbers with a leading zero or of many digits are codes.
  if (all('number')) return samples.some((sample) => /^0\d|\d{13}/.test(sample)) ? 'text' : 'number';
  return all('boolean') ? 'boolean' : 'text';
}
