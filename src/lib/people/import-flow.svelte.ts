import { z } from 'zod';
import { CSV_MARK, lineText } from '../domain/csv';
import { MAX_IMPORT_BYTES, type ImportFailure, type Mapping } from '../domain/people-import';
import { api } from '../inbox/api';
import { problemOf } from '../inbox/problem';
import { mapped, targetFrom } from './import-mapping';

/** The beginning of a file: its columns, what they are taken for, its first rows and what is wrong with them. */
export type Preview = Awaited<ReturnType<typeof api.people.previewImport.mutate>>;
export type Failure = Preview['failures'][number];

const Failures: z.ZodType<ImportFailure[]> = z.array(
  z.object({ line: z.number(), column: z.number().nullable(), problem: z.string(), cells: z.array(z.string()) }),
);
const Result = z.object({
  made: z.number(),
  changed: z.number(),
  unchanged: z.number(),
  failed: z.number(),
  failures: Failures,
  repeated: z.boolean(),
});
/** What became of a file. */
export type Result = z.infer<typeof Result>;
const Refusal = z.object({ message: z.string() });

/** The column that says why a row was left out: in a file that comes back it says nothing of anybody. */
const PROBLEM_HEADING = 'Not imported because';
/** As much of a file as is looked at before it is imported, in bytes. */
const HEAD_BYTES = 250_000;
const UNREACHABLE =
  'Parley cannot be reached. Check the connection and try again: a file that has arrived is not imported twice.';

/** From a file to what became of it. */
export class ImportFlow {
  #file: File | null = $state.raw(null);
  #preview: Preview | null = $state.raw(null);
  #result: Result | null = $state.raw(null);
  #problem: string | null = $state(null);
  #busy: 'looking' | 'importing' | null = $state(null);
  #head = '';
  /** Names the import of this file, so that it happens once however often it is sent. */
  #id = '';
  #looks = 0;

  get fileName(): string {
    return this.#file?.name ?? '';
  }
  get preview() { return this.#preview; } // prettier-ignore
  get result() { return this.#result; } // prettier-ignore
  /** Why the latest step did not work, in words. */
  get problem() { return this.#problem; } // prettier-ignore
  get busy() { return this.#busy; } // prettier-ignore
  /** Whether only the beginning of the file was looked at. */
  get isCut(): boolean {
    return (this.#file?.size ?? 0) > HEAD_BYTES;
  }

  /** Looks at a file; nothing is changed by it. */
  async choose(file: File): Promise<void> {
    this.reset();
    if (file.size > MAX_IMPORT_BYTES) {
      this.#problem = `A file can have at most ${MAX_IMPORT_BYTES / 1_000_000} MB. Split it.`;
      return;
    }
    this.#file = file;
    this.#id = crypto.randomUUID();
    try {
      const bytes = await file.slice(0, HEAD_BYTES).arrayBuffer();
      this.#head = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: this.isCut });
    } catch {
      this.#problem = 'This file is not UTF-8 text. Save it as “CSV UTF-8” and try again.';
      return;
    }
    await this.#look();
  }

  /** Takes a column for something else and looks again. */
  async map(place: number, chosen: string): Promise<void> {
    const preview = this.#preview;
    if (!preview) return;
    const mapping = mapped(preview.mapping, place, targetFrom(chosen, preview.headings[place] ?? '', place));
    this.#preview = { ...preview, mapping };
    await this.#look(mapping);
  }

  /** Sends the whole file. */
  async commit(): Promise<void> {
    const [file, preview] = [this.#file, this.#preview];
    if (!file || !preview || preview.problem !== null || this.#busy !== null) return;
    this.#busy = 'importing';
    this.#problem = null;
    const form = new FormData();
    form.set('id', this.#id);
    form.set('mapping', JSON.stringify(preview.mapping));
    form.set('file', file);
    try {
      const response = await fetch('/people/import', {
        method: 'POST',
        body: form,
        headers: { accept: 'application/json', 'x-parley': '1' },
      });
      const answer: unknown = await response.json();
      if (response.ok) this.#result = Result.parse(answer);
      else this.#problem = Refusal.safeParse(answer).data?.message ?? UNREACHABLE;
    } catch {
      this.#problem = UNREACHABLE;
    } finally {
      this.#busy = null;
    }
  }

  /** What was left out, as a file to be put right and imported: its columns, and what is wrong. */
  failedFile(): string {
    const headings = (this.#preview?.headings ?? []).filter((heading) => heading !== PROBLEM_HEADING);
    const lines =
      this.#result?.failures.map(({ line, problem, cells }) =>
        lineText([...headings.map((_, at) => cells[at] ?? ''), `Line ${line}: ${problem}`]),
      ) ?? [];
    return [CSV_MARK, lineText([...headings, PROBLEM_HEADING]), ...lines].join('');
  }

  /** Back to the choice of a file. */
  reset(): void {
    this.#looks += 1;
    this.#file = this.#preview = this.#result = this.#problem = this.#busy = null;
  }

  async #look(mapping?: Mapping): Promise<void> {
    const look = (this.#looks += 1);
    this.#busy = 'looking';
    this.#problem = null;
    try {
      const preview = await api.people.previewImport.mutate({ head: this.#head, cut: this.isCut, ...(mapping && { mapping }) });
      if (look !== this.#looks) return;
      const own = preview.headings.indexOf(PROBLEM_HEADING);
      if (mapping === undefined && own >= 0) return await this.#look(mapped(preview.mapping, own, { to: 'nothing' }));
      // Of a file without columns there is nothing to be said but that.
      if (preview.headings.length === 0) this.#problem = preview.problem;
      else this.#preview = preview;
    } catch (error) {
      if (look !== this.#looks) return;
      this.#problem = problemOf(error).words;
    }
    this.#busy = null;
  }
}
