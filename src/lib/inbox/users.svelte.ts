import { toast } from 'svelte-sonner';
import type { Role } from '../domain/role';
import { api } from './api';
import { problemOf, type Problem } from './problem';

type Listed = Awaited<ReturnType<typeof api.users.list.query>>;
/** Somebody who may sign in, or may not any more. */
export type UserRow = Listed['users'][number];
/** Somebody who has been invited. */
export type Invite = Listed['invites'][number];
/** A link that is shown this one time. */
export type ShownLink = { title: string; about: string; link: string };

/** Settings → Users: everybody, and what an Admin does with them. */
export class UserDesk {
  #listed: Listed | null = $state.raw(null);
  #hasFailed = $state(false);
  /** What is under way, by the id of whom; one thing at a time. */
  busy: string | null = $state(null);
  /** The latest link, until it is put away. */
  shown: ShownLink | null = $state.raw(null);

  /** null until they are here. */
  get users() { return this.#listed?.users ?? null; } // prettier-ignore
  get invites() { return this.#listed?.invites ?? []; } // prettier-ignore
  /** The latest look did not work; what is shown is older. */
  get hasFailed() { return this.#hasFailed; } // prettier-ignore

  async refresh(): Promise<void> {
    try {
      this.#listed = await api.users.list.query();
      this.#hasFailed = false;
    } catch {
      this.#hasFailed = true;
    }
  }

  /** Invites somebody; answers with what is wrong, or null. */
  async invite(email: string, role: Role): Promise<Problem | null> {
    try {
      const { link } = await api.users.invite.mutate({ email, role });
      this.shown = { title: 'Invite link', about: email, link };
    } catch (error) {
      return problemOf(error);
    }
    await this.refresh();
    return null;
  }

  resendInvite({ id, email }: Invite): Promise<void> {
    return this.#do(id, async () => {
      const { link } = await api.users.resendInvite.mutate({ id });
      this.shown = { title: 'Invite link', about: email, link };
    });
  }

  revokeInvite({ id }: Invite): Promise<void> {
    return this.#do(id, () => api.users.revokeInvite.mutate({ id }), 'The invite is taken back.');
  }

  setRole({ id, name }: UserRow, role: Role): Promise<void> {
    return this.#do(id, () => api.users.setRole.mutate({ id, role }), `${name} has a new role and was signed out.`);
  }

  disable({ id, name }: UserRow): Promise<void> {
    return this.#do(id, () => api.users.disable.mutate({ id }), `${name} is disabled.`);
  }

  enable({ id, name }: UserRow): Promise<void> {
    return this.#do(id, () => api.users.enable.mutate({ id }), `${name} may sign in again.`);
  }

  endSessions({ id, name }: UserRow): Promise<void> {
    return this.#do(id, () => api.users.endSessions.mutate({ id }), `${name} is signed out everywhere.`);
  }

  resetPassword({ id, name }: UserRow): Promise<void> {
    return this.#do(id, async () => {
      const { link } = await api.users.resetPassword.mutate({ id });
      this.shown = { title: 'Password link', about: name, link };
    });
  }

  resetSecondFactor({ id, name }: UserRow): Promise<void> {
    return this.#do(id, () => api.users.resetSecondFactor.mutate({ id }), `${name} signs in with the password alone.`);
  }

  async #do(id: string, act: () => Promise<unknown>, done?: string): Promise<void> {
    if (this.busy !== null) return;
    this.busy = id;
    try {
      await act();
      if (done !== undefined) toast.success(done);
    } catch (error) {
      toast.error(problemOf(error).words);
    }
    await this.refresh();
    this.busy = null;
  }
}
