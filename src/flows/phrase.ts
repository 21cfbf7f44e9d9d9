/** Confirming the 24 words, before any of them counts. */

/** True when `words` (any spacing and case) are the ones at `positions` of `phrase`. */
export const phraseMatches = (phrase: string[], positions: number[], words: string[]): boolean =>
  positions.every((p, i) => phrase[p] === words[i]?.trim().toLowerCase());
