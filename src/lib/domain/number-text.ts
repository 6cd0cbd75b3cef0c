const numbers = new Intl.NumberFormat('en');

/** `12,340`. */
export const numberText = (n: number): string => numbers.format(n);

/** `1 row`, `12,340 rows`. */
export const counted = (n: number, one: string, many: string): string => `${numberText(n)} ${n === 1 ? one : many}`;

/** `1 person`, `2,310 people`. */
export const peopleText = (n: number): string => counted(n, 'person', 'people');
