import { toast } from 'svelte-sonner';

/** Puts the address of a page of ours into the clipboard, and says what became of it. */
export async function copyLink(path: string): Promise<void> {
  const link = new URL(path, location.origin).href;
  try {
    await navigator.clipboard.writeText(link);
    toast.success('Link copied');
  } catch {
    // Not allowed here (plain http, an old browser).
    toast.error('The browser did not allow copying. The link is:', { description: link, duration: 20_000 });
  }
}
