/** Whole links to screens of this page, to be sent or scanned. */

/** @param hash `#/directory/0x…` @returns the address of this very page, wherever it is hosted, with that screen */
export const linkTo = (hash: string): string => `${location.origin}${location.pathname}${hash}`;
