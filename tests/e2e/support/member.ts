import { expect } from '@playwright/test';
import type { Role } from '../../../src/lib/domain/role';
import { mark } from './customer';
import { signIn } from './agent';
import type { Parley } from './parley';

/** Somebody who has joined for one story: what is done to their account is done to nobody else's. */
export type Member = { name: string; email: string; password: string };

/** A new member's data; nobody has invited them yet. */
export function newMember(): Member {
  const own = mark();
  return { name: `Kim ${own}`, email: `kim-${own}@parley.test`, password: `a long one, ${own}` };
}

/** Invited by the Admin and joined by the link, both without a browser. */
export async function join(parley: Parley, role: Role): Promise<Member> {
  const member = newMember();
  const { api } = await signIn(parley.origin, 'admin');
  const { link } = await api.users.invite.mutate({ email: member.email, role });
  const headers = { origin: parley.origin, 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' };
  const body = new URLSearchParams({ name: member.name, password: member.password }).toString();
  const response = await fetch(link, { method: 'POST', headers, body, redirect: 'manual' });
  expect(response.headers.get('location')).toBe('/sign-in?ready=account');
  return member;
}
