/** Keeps a draft sealed as it is typed, however a field was changed: by keys, by choosing, by a script of the browser. */
import type { DraftState } from '../../state/draft.svelte.ts';

/** Opens the draft and follows it. Call it while a component is being made. What was only looked at leaves no draft. */
export const keepTyped = (draft: DraftState<object>): void => {
  let kept = '';
  $effect(() => void draft.open());
  $effect(() => {
    const now = JSON.stringify(draft.fields);
    if (!draft.ready || now === kept) return;
    if (kept !== '') void draft.save();
    kept = now;
  });
};
