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
