import { hashOf } from './hash';

/** Groups of an IPv6 address that one customer of a network has to themselves; behind them they make up what they like. */
const GROUPS = 4;

/**
 * Where a request comes from, as tries are counted by it: the hash of its address, of an IPv6 one of its first 64 bits. The edge says the
 * address; what a client says of it counts for nothing.
 */
export const networkOf = (request: Request): Promise<string> =>
  hashOf(prefixOf(request.headers.get('cf-connecting-ip') ?? 'unknown'));

function prefixOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const [before = [], after = []] = address
    .toLowerCase()
    .split('::')
    .map((part) => (part === '' ? [] : part.split(':')));
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  const groups = [...before, ...zeros, ...after].slice(0, GROUPS);
  return groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':');
}
