const END = '%3C/svg%3E';
const DOT = "%3Ccircle cx='24' cy='8' r='8' fill='%23e5484d' stroke='white' stroke-width='2'/%3E";

/** Puts a dot on the icon of the browser's tab, or takes it off: where many are open nothing else is to be seen of them. */
export function markTab(isMarked: boolean): void {
  const link = document.querySelector('link[rel="icon"]');
  const plain = link?.getAttribute('href')?.replace(DOT, '') ?? '';
  link?.setAttribute('href', isMarked ? plain.replace(END, DOT + END) : plain);
}
