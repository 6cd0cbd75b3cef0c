import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { Template } from '../../domain/template';
import { batch, database, type Db } from './client';
import type { TemplateTable } from './schema';

/** A template with where it came from; `syncedAt` in epoch ms. */
export type ListedTemplate = Template & { source: 'provider' | 'manual'; syncedAt: number };

/** A quick reply, or what was written down by hand, is its caption alone. */
const Buttons = z.array(z.union([z.string(), z.strictObject({ plain: z.string() })]));

/** The channel's template of that name and language; null when there is none. */
export async function find(db: Db, channelId: string, name: string, language: string): Promise<Template | null> {
  const row = await db
    .selectFrom('templates')
    .selectAll()
    .where('channel_id', '=', channelId)
    .where('name', '=', name)
    .where('language', '=', language)
    .executeTakeFirst();
  return row ? templateOf(row) : null;
}

/** All templates of the channel, by name and language. */
export async function list(db: Db, channelId: string): Promise<ListedTemplate[]> {
  const rows = await db
    .selectFrom('templates')
    .selectAll()
    .where('channel_id', '=', channelId)
    .orderBy('name')
    .orderBy('language')
    .execute();
  return rows.map((row) => ({ ...templateOf(row), source: row.source, syncedAt: row.synced_at }));
}

/**
 * Makes the provider's own list the channel's: what it no longer has is gone, all or nothing. What was written down by hand stays,
 * until the provider lists one of the same name and language: then it knows better.
 */
export async function replaceSynced(
  d1: D1Database,
  channelId: string,
  templates: readonly Template[],
  now: number,
): Promise<void> {
  const db = database(d1);
  await batch(d1, [
    db.deleteFrom('templates').where('channel_id', '=', channelId).where('source', '=', 'provider'),
    ...templates.map((template) =>
      db
        .insertInto('templates')
        .values(rowOf(channelId, template, 'provider', now))
        .onConflict((conflict) =>
          conflict.columns(['channel_id', 'name', 'language']).doUpdateSet(rowOf(channelId, template, 'provider', now)),
        ),
    ),
  ]);
}

/** The query that writes a template down by hand. One of that name and language is left as it is: then it changes nothing. */
export const insertingManual = (db: Db, channelId: string, template: Template, now: number) =>
  db
    .insertInto('templates')
    .values(rowOf(channelId, template, 'manual', now))
    .onConflict((conflict) => conflict.columns(['channel_id', 'name', 'language']).doNothing());

/** The query that strikes one off the list; one of the provider's comes back with the next sync. */
export const removing = (db: Db, channelId: string, name: string, language: string) =>
  db.deleteFrom('templates').where('channel_id', '=', channelId).where('name', '=', name).where('language', '=', language);

function rowOf(channelId: string, template: Template, source: 'provider' | 'manual', now: number): Selectable<TemplateTable> {
  const { name, language, category, header, body, footer, buttons: captions, plainButtons } = template;
  const stored: z.infer<typeof Buttons> = captions.map((caption, i) =>
    plainButtons?.includes(i) ? { plain: caption } : caption,
  );
  const text = { name, language, category, header, body, footer, buttons: JSON.stringify(stored) };
  return { channel_id: channelId, ...text, source, synced_at: now };
}

function templateOf({ name, language, category, header, body, footer, buttons }: Selectable<TemplateTable>): Template {
  const stored = Buttons.parse(JSON.parse(buttons));
  const plainButtons = stored.flatMap((button, i) => (typeof button === 'string' ? [] : [i]));
  const captions = stored.map((button) => (typeof button === 'string' ? button : button.plain));
  const text = { name, language, category, header, body, footer, buttons: captions };
  return plainButtons.length > 0 ? { ...text, plainButtons } : text;
}
