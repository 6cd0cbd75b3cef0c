import { expect, type Locator, type Page } from '@playwright/test';
import type { Customer } from './customer';

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A dashboard in one browser page, by what a person sees and hears of it. */
export class Dashboard {
  readonly page: Page;
  readonly rows: Locator;
  readonly search: Locator;
  readonly filters: Locator;

  constructor(page: Page) {
    this.page = page;
    this.rows = page.getByRole('list', { name: 'Conversations' });
    this.search = page.getByRole('searchbox', { name: 'Search name or latest message' });
    this.filters = page.getByRole('group', { name: 'Filters' });
  }

  /** Opens the list, or another page of ours, and waits until it is alive. */
  async goto(path = '/conversations'): Promise<this> {
    await this.page.goto(path);
    if (path.startsWith('/conversations')) await this.isLive();
    return this;
  }

  /** The list has rows, or says that there are none, and its tab shows a count: the page works. */
  async isLive(): Promise<void> {
    await expect(this.tab('Active')).toHaveText(/\d/);
  }

  tab(name: 'Active' | 'Inactive'): Locator {
    return this.page.getByRole('tab', { name: new RegExp(`^${name}`) });
  }

  row(customer: Pick<Customer, 'name'>): Locator {
    return this.rows.getByRole('link', { name: new RegExp(`^${escaped(customer.name)}, `) });
  }

  /** The link of the row at this place, from 1. */
  rowAt(place: number): Locator {
    return this.rows.locator(`[aria-posinset="${place}"]`).getByRole('link');
  }

  /** Waits until that customer's row stands at the top. */
  async isOnTop(customer: Pick<Customer, 'name'>): Promise<void> {
    await expect(this.rowAt(1)).toHaveAccessibleName(new RegExp(`^${escaped(customer.name)}, `));
  }

  thread(customer: Pick<Customer, 'name' | 'firstName'>): Thread {
    return new Thread(this.page, customer);
  }

  /** Clicks a row and waits for the conversation. */
  async open(customer: Customer): Promise<Thread> {
    await this.row(customer).click();
    const thread = this.thread(customer);
    await expect(thread.region).toBeVisible();
    // To where one reads: rows stand still under a pointer.
    await this.page.mouse.move(900, 400);
    return thread;
  }

  /** Opens a conversation by its address and waits until this agent may write in it. */
  async hold(customer: Customer): Promise<Thread> {
    await this.goto(`/conversations/${customer.conversationId}`);
    const thread = this.thread(customer);
    await expect(thread.composer).toBeEditable();
    await expect(thread.send).toBeVisible();
    return thread;
  }

  /** Opens a filter's menu, presses a choice, and puts the menu away. */
  async choose(filter: string, choice: string): Promise<void> {
    await this.filters.getByRole('button', { name: new RegExp(`^${filter}`) }).click();
    const menu = this.page.getByRole('dialog', { name: `Filter by ${filter.toLowerCase()}` });
    // Not `check()`: a choice may move into a filter of its own once it is made.
    await menu.getByRole('checkbox', { name: new RegExp(`^${escaped(choice)}`) }).click();
    await this.page.keyboard.press('Escape');
    await expect(menu).toBeHidden();
  }
}

/** One conversation in the chat window. */
export class Thread {
  readonly region: Locator;
  readonly log: Locator;
  readonly composer: Locator;
  readonly send: Locator;
  readonly popup: Locator;
  readonly #page: Page;

  constructor(page: Page, { name, firstName }: Pick<Customer, 'name' | 'firstName'>) {
    this.#page = page;
    this.region = page.getByRole('region', { name: `Conversation with ${name}`, exact: true });
    this.log = this.region.getByRole('log', { name: 'Messages' });
    this.composer = this.region.getByRole('textbox', { name: `Reply to ${firstName}` });
    this.send = this.region.getByRole('button', { name: 'Send', exact: true });
    this.popup = page.getByRole('dialog', { name: `Leave ${firstName}’s conversation as…` });
  }

  /** The bubble with this text. */
  bubble(text: string): Locator {
    return this.log.locator('[data-message-id]').filter({ has: this.#page.getByText(text, { exact: true }) });
  }

  /** The tick of a message of ours: `Sent`, `Delivered`, `Read`, … */
  tick(text: string, name: string | RegExp): Locator {
    return this.bubble(text).getByRole('img', { name, exact: true });
  }

  /** What the thread says of the hold, a stop, or a closed window. */
  notice(words: string | RegExp): Locator {
    return this.region.locator('[role="status"], [role="alert"]').filter({ hasText: words });
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.send.click();
  }

  /** X, then the answer in the pop-up; ends in the list. */
  async closeAs(status: 'New' | 'Pending' | 'Closed'): Promise<void> {
    await this.region.getByRole('button', { name: 'Close the conversation' }).click();
    await this.popup.getByText(status, { exact: true }).click();
    await this.popup.getByRole('button', { name: /^Close( ⏎)?$/ }).click();
    await expect(this.popup).toBeHidden();
  }
}
