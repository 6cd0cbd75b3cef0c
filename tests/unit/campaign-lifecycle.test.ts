import { describe, expect, test } from 'vitest';
import {
  actsFor,
  campaignActs,
  CampaignStatus,
  decideAct,
  type CampaignAct,
  type CampaignState,
} from '../../src/lib/domain/campaign-lifecycle';
import { Role } from '../../src/lib/domain/role';

const agent = (role: Role) => ({ id: 'me', name: 'Me', role });
const state = (status: CampaignStatus, more: Partial<CampaignState> = {}): CampaignState => ({
  status,
  authors: ['carl'],
  isSentBack: false,
  ...more,
});

/** Who may do it, and where it leads from each status; `=`: it was done already. What is not named is refused. */
const rules: Record<CampaignAct, { roles: Role[]; from: Partial<Record<CampaignStatus, CampaignStatus | '='>> }> = {
  edit: {
    roles: ['admin', 'creator'],
    from: { draft: 'draft', submitted: 'draft', approved: 'draft', scheduled: 'draft' },
  },
  submit: { roles: ['admin', 'creator'], from: { draft: 'submitted', submitted: '=' } },
  approve: { roles: ['admin', 'approver'], from: { submitted: 'approved', approved: '=' } },
  sendBack: { roles: ['admin', 'approver'], from: { submitted: 'draft', approved: 'draft', scheduled: 'draft' } },
  schedule: { roles: ['admin', 'creator', 'approver'], from: { approved: 'scheduled', scheduled: '=' } },
  unschedule: { roles: ['admin', 'creator', 'approver'], from: { scheduled: 'approved', approved: '=' } },
  send: {
    roles: ['admin', 'creator', 'approver'],
    from: { approved: 'sending', scheduled: 'sending', sending: '=', paused: '=', sent: '=' },
  },
  pause: { roles: ['admin', 'creator', 'approver'], from: { sending: 'paused', paused: '=' } },
  resume: { roles: ['admin', 'creator', 'approver'], from: { paused: 'sending', sending: '=' } },
  stop: { roles: ['admin', 'creator', 'approver'], from: { sending: 'stopped', paused: 'stopped', stopped: '=' } },
  remove: { roles: ['admin', 'creator'], from: { draft: 'draft' } },
};

const cases = campaignActs.flatMap((act) =>
  CampaignStatus.options.flatMap((status) => Role.options.map((role) => [role, act, status] as const)),
);

describe('every role, act and status', () => {
  test.each(cases)('%s: %s of what is %s', (role, act, status) => {
    const { roles, from } = rules[act];
    const decided = decideAct(state(status), act, agent(role));
    const next = from[status];
    if (!roles.includes(role)) expect(decided).toEqual({ ok: false, error: { reason: 'forbidden' } });
    else if (next === undefined) expect(decided).toEqual({ ok: false, error: { reason: 'campaign_status', status } });
    else if (next === '=') expect(decided).toEqual({ ok: true, value: { status, isChange: false } });
    else expect(decided).toEqual({ ok: true, value: { status: next, isChange: true } });
  });

  test('pages offer exactly what would change something', () => {
    for (const status of CampaignStatus.options)
      for (const role of Role.options) {
        const offered = campaignActs.filter((act) => {
          const next = rules[act].from[status];
          return rules[act].roles.includes(role) && next !== undefined && next !== '=';
        });
        expect(actsFor(state(status), agent(role))).toEqual(offered);
      }
  });
});

describe('nobody approves what they wrote themselves', () => {
  test('an approver who is an author is refused', () => {
    const own = state('submitted', { authors: ['carl', 'me'] });
    expect(decideAct(own, 'approve', agent('approver'))).toEqual({ ok: false, error: { reason: 'own_campaign' } });
    expect(actsFor(own, agent('approver'))).not.toContain('approve');
  });

  test('but may send it back', () => {
    expect(decideAct(state('submitted', { authors: ['me'] }), 'sendBack', agent('approver'))).toMatchObject({ ok: true });
  });

  test('an Admin may do both', () => {
    expect(decideAct(state('submitted', { authors: ['me'] }), 'approve', agent('admin'))).toMatchObject({
      ok: true,
      value: { status: 'approved' },
    });
  });
});

test('sending back what was sent back is done already; a draft that never was cannot be', () => {
  const once = decideAct(state('draft', { isSentBack: true }), 'sendBack', agent('approver'));
  expect(once).toEqual({ ok: true, value: { status: 'draft', isChange: false } });
  expect(decideAct(state('draft'), 'sendBack', agent('approver'))).toMatchObject({ ok: false });
});

test('nothing leads out of what is over, nor into what another system runs', () => {
  for (const status of ['sent', 'stopped', 'running'] as const)
    for (const act of campaignActs) {
      const decided = decideAct(state(status), act, agent('admin'));
      expect(decided.ok && decided.value.isChange, `${act} of ${status}`).toBe(false);
    }
});
