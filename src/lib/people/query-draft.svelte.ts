import { MAX_CONDITIONS, MAX_DEPTH, type PeopleQuery } from '../domain/people-query';
import { opsFor, valueKind, type Property } from './property';
import { draftOf, isDraftGroup, type DraftCondition, type DraftGroup, type Edited } from './query-draft';
import { add, change, conditionsOf, depthOf, move, parentOf, remove, setCondition, setMatch, wrap } from './query-edit';

/** The query being built: the tree, and where the focus belongs after a change of its shape. */
export class QueryDraft {
  #root: DraftGroup = $state.raw(draftOf(null));
  /** The condition to put the focus on, by key, or `add` of the outermost group; taken once by the one who does it. */
  #focus: number | 'add' | null = $state.raw(null);
  #next = 1_000;
  readonly #properties: () => readonly Property[];
  readonly #onedit: () => void;

  constructor(properties: () => readonly Property[], onedit: () => void) {
    this.#properties = properties;
    this.#onedit = onedit;
  }

  get root() { return this.#root; } // prettier-ignore
  get focus() { return this.#focus; } // prettier-ignore
  get properties() { return this.#properties(); } // prettier-ignore
  get isFull(): boolean {
    return conditionsOf(this.#root).length >= MAX_CONDITIONS;
  }

  /** Starts over with a query, or with nothing. */
  load(query: PeopleQuery | null): void {
    this.#root = draftOf(query, this.#next);
    this.#next += 1_000;
    this.#focus = null;
  }

  /** Whether another group fits into this one. */
  mayNest(groupKey: number): boolean {
    return depthOf(this.#root, groupKey) < MAX_DEPTH;
  }

  add(groupKey: number): void {
    this.#take(add(this.#root, groupKey, this.#blank()));
  }

  addGroup(group: DraftGroup): void {
    const match = group.match === 'all' ? 'any' : 'all';
    this.#take(add(this.#root, group.key, { key: this.#next++, match, of: [this.#blank()] }));
  }

  remove(key: number): void {
    this.#take(remove(this.#root, key));
  }

  wrap(key: number): void {
    this.#take(wrap(this.#root, key, this.#next++));
  }

  move(key: number, by: 1 | -1): void {
    this.#take(move(this.#root, key, by));
  }

  /** Whether a move would change anything. */
  mayMove(key: number, by: 1 | -1): boolean {
    return move(this.#root, key, by).root !== this.#root;
  }

  /** Whether a condition may get a group of its own; one that is alone in its group has it already. */
  mayWrap(key: number): boolean {
    const parent = parentOf(this.#root, key);
    return parent !== null && parent.of.length > 1 && this.mayNest(parent.key);
  }

  setMatch(key: number, match: DraftGroup['match']): void {
    this.#edit(setMatch(this.#root, key, match));
  }

  /** Another property asks with its own first operator, and for a value of its own. */
  setProperty(key: number, id: string): void {
    const property = this.properties.find((one) => one.id === id);
    if (property)
      this.#edit(
        setCondition(this.#root, key, { property: id, op: firstOp(property), value: firstValue(property, firstOp(property)) }),
      );
  }

  /** The value stays where the new operator takes the same kind of it. */
  setOp(key: number, op: DraftCondition['op']): void {
    const edited = change(this.#root, key, (node) => {
      const property = isDraftGroup(node) ? undefined : this.properties.find(({ id }) => id === node.property);
      if (isDraftGroup(node) || property === undefined) return node;
      const isSameKind = valueKind(property, node.op) === valueKind(property, op);
      return { ...node, op, value: isSameKind ? node.value : firstValue(property, op) };
    });
    this.#edit(edited);
  }

  setValue(key: number, value: string): void {
    this.#edit(setCondition(this.#root, key, { value }));
  }

  /** The focus has been put where it belongs. */
  focused(): void {
    this.#focus = null;
  }

  #blank(): DraftCondition {
    const [property] = this.properties;
    if (property === undefined) return { key: this.#next++, property: '', op: 'is', value: '' };
    const op = firstOp(property);
    return { key: this.#next++, property: property.id, op, value: firstValue(property, op) };
  }

  #take({ root, focus }: Edited): void {
    this.#focus = focus ?? 'add';
    this.#edit(root);
  }

  #edit(root: DraftGroup): void {
    this.#root = root;
    this.#onedit();
  }
}

const firstOp = (property: Property): DraftCondition['op'] => opsFor(property)[0] ?? 'is';

/** What a value starts with: one of a few choices is not made for anybody, but a week is what most ask for. */
const firstValue = (property: Property, op: DraftCondition['op']): string => (valueKind(property, op) === 'days' ? '7' : '');
