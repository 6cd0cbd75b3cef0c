import type { InboxFrame, Person } from '../../src/lib/domain/protocol';
import { attachmentOf } from '../sockets';

/** Who comes and goes is told together: when a thousand come back at once, a word about each of them to each of them is a million. */
const PRESENCE_EVERY_MS = 250;

type Deps = {
  sockets(): WebSocket[];
  tell(frame: InboxFrame): void;
  later(run: () => void, afterMs: number): void;
};
type Here = Map<string, { person: Person; sockets: number }>;

/** Who has the dashboard open, each once, however many tabs they have. */
export class Presence {
  readonly #deps: Deps;
  /** By agent; null until this life of the object needs it. */
  #here: Here | null = null;
  /** Counted off already: a close event may follow a close of ours. */
  readonly #gone = new WeakSet<WebSocket>();
  /** Who has come or left since everybody was last told. */
  readonly #changed = new Set<string>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** By name. */
  agents(): Person[] {
    const people = [...this.#known().values()].map(({ person }) => person);
    return people.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  /** A socket of theirs is about to be accepted. */
  came({ id, name }: Person): void {
    const here = this.#known();
    const sockets = here.get(id)?.sockets ?? 0;
    here.set(id, { person: { id, name }, sockets: sockets + 1 });
    // A second tab changes nothing for the others.
    if (sockets === 0) this.#change(id);
  }

  /** Twice = once. */
  left(socket: WebSocket): void {
    const here = this.#known(socket);
    const known = here.get(attachmentOf(socket)?.agent.id ?? '');
    if (!known || this.#gone.has(socket)) return;
    this.#gone.add(socket);
    known.sockets -= 1;
    if (known.sockets > 0) return;
    here.delete(known.person.id);
    this.#change(known.person.id);
  }

  /** Sockets that are leaving are still listed by the runtime: none counts but the one whose leaving is to be counted now. */
  #known(leaving: WebSocket | null = null): Here {
    if (this.#here) return this.#here;
    this.#here = new Map();
    for (const socket of this.#deps.sockets()) {
      const agent = attachmentOf(socket)?.agent;
      if (!agent || (socket.readyState !== WebSocket.OPEN && socket !== leaving)) {
        this.#gone.add(socket);
        continue;
      }
      const sockets = this.#here.get(agent.id)?.sockets ?? 0;
      this.#here.set(agent.id, { person: { id: agent.id, name: agent.name }, sockets: sockets + 1 });
    }
    return this.#here;
  }

  #change(id: string): void {
    this.#changed.add(id);
    if (this.#changed.size === 1) this.#deps.later(() => this.#tell(), PRESENCE_EVERY_MS);
  }

  #tell(): void {
    const here = this.#known();
    const changed = [...this.#changed];
    this.#changed.clear();
    const came = changed.flatMap((id) => here.get(id)?.person ?? []);
    this.#deps.tell({ type: 'presence', came, left: changed.filter((id) => !here.has(id)) });
  }
}
