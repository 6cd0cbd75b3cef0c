/**
 * WhatsApp gives Brazilian numbers with or without the mobile's ninth digit (`55 11 9 8765 4321`, `55 11 8765 4321`) and Argentine ones
 * with or without the mobile's 9 (`54 9 11 …`, `54 11 …`), whichever the number was registered with. Idempotent.
 */
export function identityOf(address: string): string {
  const id = address.trim();
  if (!/^\+?\d+$/.test(id)) return id;
  return id
    .replace('+', '')
    .replace(/^(55\d{2})9(\d{8})$/, '$1$2')
    .replace(/^(54)9(\d{10})$/, '$1$2');
}

/** The numbers of that identity, each with and without a plus; of an id that is no number only itself. */
export function spellingsOf(identity: string): string[] {
  if (!/^\d+$/.test(identity)) return [identity];
  const [, before, rest] = /^(55\d{2})(\d{8})$/.exec(identity) ?? /^(54)(\d{10})$/.exec(identity) ?? [];
  const numbers = before === undefined ? [identity] : [identity, `${before}9${rest}`];
  return numbers.flatMap((number) => [number, `+${number}`]);
}
