const KB = 1_024;

/** A size in bytes as a person reads it: `812 B`, `1.2 KB`, `14 MB`. */
export function fileSize(bytes: number): string {
  if (bytes < KB) return `${bytes} B`;
  const unit = bytes < KB * KB ? 'KB' : bytes < KB ** 3 ? 'MB' : 'GB';
  const amount = bytes / (unit === 'KB' ? KB : unit === 'MB' ? KB ** 2 : KB ** 3);
  return `${amount < 10 ? amount.toFixed(1).replace(/\.0$/u, '') : Math.round(amount)} ${unit}`;
}
