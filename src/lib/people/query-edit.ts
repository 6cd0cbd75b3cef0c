import { MAX_DEPTH } from '../domain/people-query';
import { isDraftGroup, type DraftCondition, type DraftGroup, type DraftNode, type Edited } from './query-draft';

/** The tree with one node changed; unchanged parts stay the very same objects. */
export function change(root: DraftGroup, key: number, how: (node: DraftNode) => DraftNode): DraftGroup {
  const walk = (node: DraftNode): DraftNode => {
    if (node.key === key) return how(node);
    if (!isDraftGroup(node)) return node;
    const of = node.of.map(walk);
    return of.every((child, index) => child === node.of[index]) ? node : { ...node, of };
  };
  const changed = walk(root);
  return isDraftGroup(changed) ? changed : root;
}

/** Changes what a condition asks. */
export function setCondition(root: DraftGroup, key: number, part: Partial<Omit<DraftCondition, 'key'>>): DraftGroup {
  return change(root, key, (node) => (isDraftGroup(node) ? node : { ...node, ...part }));
}

/** Whether a group asks for all of what is in it, or for any. */
export function setMatch(root: DraftGroup, key: number, match: DraftGroup['match']): DraftGroup {
  return change(root, key, (node) => (isDraftGroup(node) ? { ...node, match } : node));
}

/** Puts a node at the end of a group; the focus belongs on what there is to fill in. */
export function add(root: DraftGroup, groupKey: number, node: DraftNode): Edited {
  const changed = change(root, groupKey, (group) => (isDraftGroup(group) ? { ...group, of: [...group.of, node] } : group));
  return { root: changed, focus: firstOf(node)?.key ?? node.key };
}

/** Takes a node out, and with it every group that is left empty. The focus goes on to what follows, else to what stands before. */
export function remove(root: DraftGroup, key: number): Edited {
  const order = conditionsOf(root);
  const gone = keysIn(root, key);
  const at = order.findIndex((node) => gone.has(node.key));
  const after = order.slice(at).find((node) => !gone.has(node.key));
  const before = order.slice(0, Math.max(at, 0)).findLast((node) => !gone.has(node.key));
  return { root: pruned(root, key), focus: (after ?? before)?.key ?? null };
}

/** Puts a condition into a group of its own, which asks for the other of all and any; `groupKey` is the new group's. */
export function wrap(root: DraftGroup, key: number, groupKey: number): Edited {
  const parent = parentOf(root, key);
  const match = parent?.match === 'all' ? 'any' : 'all';
  return { root: change(root, key, (node) => ({ key: groupKey, match, of: [node] })), focus: key };
}

/**
 * Moves a condition by one place up or down as it is read: past its neighbour, into a group that stands there, or out of its own group
 * at its edge. Nothing happens at the very ends and where it would stand too deep.
 */
export function move(root: DraftGroup, key: number, by: 1 | -1): Edited {
  const still: Edited = { root, focus: key };
  const parent = parentOf(root, key);
  const node = parent?.of.find((one) => one.key === key);
  if (!parent || !node) return still;
  const at = parent.of.indexOf(node);
  const neighbour = parent.of[at + by];
  if (neighbour === undefined) return outOf(root, parent, node, by) ?? still;
  if (isDraftGroup(neighbour)) {
    if (depthOf(root, neighbour.key) + heightOf(node) > MAX_DEPTH) return still;
    const into = { ...neighbour, of: by === 1 ? [node, ...neighbour.of] : [...neighbour.of, node] };
    const moved = change(root, parent.key, () => ({
      ...parent,
      of: parent.of.flatMap((one) => (one === node ? [] : one === neighbour ? [into] : [one])),
    }));
    return { root: moved, focus: key };
  }
  const of = [...parent.of];
  [of[at], of[at + by]] = [neighbour, node];
  return { root: change(root, parent.key, () => ({ ...parent, of })), focus: key };
}

function outOf(root: DraftGroup, parent: DraftGroup, node: DraftNode, by: 1 | -1): Edited | null {
  const above = parentOf(root, parent.key);
  if (!above) return null;
  const rest: DraftGroup = { ...parent, of: parent.of.filter((one) => one !== node) };
  const kept: DraftNode[] = rest.of.length === 0 ? [] : [rest];
  const of = above.of.flatMap((one) => (one.key !== parent.key ? [one] : by === 1 ? [...kept, node] : [node, ...kept]));
  return { root: change(root, above.key, () => ({ ...above, of })), focus: node.key };
}

/** Every condition in reading order. */
export function conditionsOf(node: DraftNode): DraftCondition[] {
  return isDraftGroup(node) ? node.of.flatMap(conditionsOf) : [node];
}

/** How deep a node stands; the outermost group is 1, as the server counts. 0 = it is not there. */
export function depthOf(root: DraftGroup, key: number): number {
  const walk = (node: DraftNode, depth: number): number => {
    if (node.key === key) return depth;
    if (!isDraftGroup(node)) return 0;
    return Math.max(0, ...node.of.map((child) => walk(child, depth + 1)));
  };
  return walk(root, 1);
}

/** The group that a node stands in; null when it is not below this one. */
export function parentOf(group: DraftGroup, key: number): DraftGroup | null {
  if (group.of.some((node) => node.key === key)) return group;
  for (const node of group.of) {
    const found = isDraftGroup(node) ? parentOf(node, key) : null;
    if (found) return found;
  }
  return null;
}

/** How many levels of groups a node is. */
const heightOf = (node: DraftNode): number => (isDraftGroup(node) ? 1 + Math.max(0, ...node.of.map(heightOf)) : 0);

const firstOf = (node: DraftNode): DraftCondition | undefined => conditionsOf(node)[0];

function keysIn(root: DraftGroup, key: number): Set<number> {
  const found = new Set<number>();
  const walk = (node: DraftNode, inside: boolean): void => {
    const isIn = inside || node.key === key;
    if (isIn) found.add(node.key);
    if (isDraftGroup(node)) for (const child of node.of) walk(child, isIn);
  };
  walk(root, false);
  return found;
}

/** Without the node, and without groups that held nothing else. */
function pruned(group: DraftGroup, key: number): DraftGroup {
  const of = group.of.flatMap((node): DraftNode[] => {
    if (node.key === key) return [];
    if (!isDraftGroup(node)) return [node];
    const rest = pruned(node, key);
    return rest.of.length === 0 ? [] : [rest];
  });
  return { ...group, of };
}
