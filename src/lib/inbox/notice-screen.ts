import type { Notice } from './notices';
import { iconPicture } from './icon-picture';

/** Known to browsers, not yet to the standard's types. */
type Options = NotificationOptions & { renotify: boolean };

/** The notifications that this tab has shown and that may still stand there. */
export class NoticeScreen {
  readonly #onclick: (opens: string | null) => void;
  readonly #shown = new Map<string, Notification>();
  #icon: string | undefined;

  /** `onclick`: the person wants that conversation, or the inbox, after the tab has come to the front. */
  constructor(onclick: (opens: string | null) => void) {
    this.#onclick = onclick;
    void iconPicture().then((icon) => (this.#icon = icon));
  }

  /** False when the browser shows none: it does not allow it, or, as on phones, knows only those of service workers. */
  show({ tag, title, body, opens, quiet }: Notice, silent: boolean): boolean {
    try {
      if (Notification.permission !== 'granted') return false;
      const options: Options = { tag, body, icon: this.#icon, silent, renotify: !quiet };
      const notification = new Notification(title, options);
      notification.onclick = () => {
        window.focus();
        this.close(tag);
        this.#onclick(opens);
      };
      this.#shown.set(tag, notification);
      return true;
    } catch {
      return false;
    }
  }

  close(tag: string): void {
    this.#shown.get(tag)?.close();
    this.#shown.delete(tag);
  }

  /** A click on one that outlives its page would lead nowhere. */
  closeAll(): void {
    for (const tag of [...this.#shown.keys()]) this.close(tag);
  }
}
