/** Whether this page may show notifications. `asked`: the browser has not been answered. */
export type NoticeAccess = 'granted' | 'denied' | 'asked' | 'insecure' | 'missing';

/** Whether notices can be shown now; `asked`: the person has not answered yet. */
export function noticeAccess(): NoticeAccess {
  if (!isSecureContext) return 'insecure';
  if (!('Notification' in window)) return 'missing';
  return Notification.permission === 'default' ? 'asked' : Notification.permission;
}

/** Asks the person through the browser, unless they have answered before. Browsers take this only from a click. */
export async function askForNotices(): Promise<NoticeAccess> {
  if (noticeAccess() === 'asked') await Notification.requestPermission();
  return noticeAccess();
}

/** What a person can do when there are none. */
export const accessWords: Record<Exclude<NoticeAccess, 'granted'>, string> = {
  denied: 'Your browser blocks notifications for this site. Allow them in the address bar’s site settings, then choose again.',
  asked: 'Your browser asked whether to allow notifications and got no answer. Choose again and allow them there.',
  insecure: 'Browsers show notifications only of pages with a secure address. Open Parley under one that begins with https://.',
  missing: 'This browser has no notifications for pages. Open Parley in another one to get them.',
};
