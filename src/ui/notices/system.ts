/** Notifications of the system: asked for on a press, shown only while the page is hidden, and without a name or a title in them. */

/** Whether this browser has them at all. */
export const hasNotifications = (): boolean => 'Notification' in window;

/** The browser said no for this site, and will not ask again. */
export const notificationsRefused = (): boolean => hasNotifications() && Notification.permission === 'denied';

/** Asks the person, by the browser's own question. For a press only. */
export const askForNotifications = async (): Promise<boolean> =>
  hasNotifications() && (await Notification.requestPermission()) === 'granted';

/** One at a time: a later one takes the place of an earlier. @param onpress brings the page forward and goes there */
export const showNotification = (title: string, body: string, onpress: () => void): void => {
  if (!hasNotifications() || Notification.permission !== 'granted') return;
  try {
    const shown = new Notification(title, { body, tag: 'salus' });
    shown.onclick = () => {
      window.focus();
      shown.close();
      onpress();
    };
  } catch {
    // phones take them from service workers only
  }
};
