import { numberText } from '../domain/number-text';

/** What is selected. `shown`: how many of them the list has loaded; `matching`: how many match in all, in words. */
export function selectionWords({ isAll, size }: { isAll: boolean; size: number }, shown: number, matching: string): string {
  if (isAll) return `All ${matching} selected`;
  const hidden = size - shown;
  return `${numberText(size)} selected${hidden > 0 ? `, ${numberText(hidden)} not in sight` : ''}`;
}
