/** Which running act the person has put in the background. */
import type { ActState } from '../../state/act.svelte.ts';

class ActView {
  /** the act that goes on without its dialog */
  hidden = $state.raw<ActState | null>(null);
}

/** The one view of acts. */
export const actView = new ActView();
