/** How many calls of other objects and of the bucket a run may still make. */
export class Calls {
  #left: number;

  constructor(most: number) {
    this.#left = most;
  }

  /** Takes so many; false, and takes none, when there are not as many left. */
  take(count: number): boolean {
    if (count > this.#left) return false;
    this.#left -= count;
    return true;
  }
}
