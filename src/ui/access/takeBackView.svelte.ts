/** What is about to be taken back. It outlives the button that began it: what was taken back is in its list no longer. */
import type { Grant } from '../../state/types.ts';

/** `grants`: live ones · `all`: everything of that person, what others passed on to them too */
export type Taking = { grants: Grant[]; name: string; all: boolean; ondone?: () => void };

class TakeBackView {
  current = $state.raw<Taking | null>(null);
}

/** The one view of it. */
export const takeBackView = new TakeBackView();
