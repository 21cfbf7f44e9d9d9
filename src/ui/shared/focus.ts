/** Where the keyboard goes when the page changes under it. */
import { tick } from 'svelte';

/** After a form was refused: to the first field that is marked wrong, in view. */
export const focusBad = async (): Promise<void> => {
  await tick();
  const field = document.querySelector<HTMLElement>('[aria-invalid="true"]');
  field?.focus();
  field?.scrollIntoView?.({ block: 'center' });
};

/** When what had the focus is gone: to what took its place, else to the screen, so that the next Tab starts there. */
export const focusInstead = (instead: HTMLElement | null | undefined): void => {
  if (document.activeElement === null || document.activeElement === document.body)
    (instead ?? document.querySelector<HTMLElement>('#main'))?.focus({ preventScroll: true });
};

/** When what had the focus is gone and nothing took its place. */
export const focusScreen = (): void => focusInstead(null);
