import { error } from '@sveltejs/kit';
import { may, type Permission, type Role } from '../domain/role';

type Shown = { parent: () => Promise<{ user: { role: Role } }> };

/** The `load` of a page that takes a permission: whose role has it not is told `refusal`, with 403, and opens nothing. */
export const only =
  (permission: Permission, refusal: string) =>
  async ({ parent }: Shown): Promise<void> => {
    if (!may((await parent()).user.role, permission)) error(403, refusal);
  };
