/** The phone's own share sheet, where it takes files. @see https://w3c.github.io/web-share/ */

const asFile = (blob: Blob, name: string): File => new File([blob], name, { type: 'application/octet-stream' });

/** True when this browser has a share sheet that takes files. */
export const shareable = (name: string): boolean =>
  typeof navigator.share === 'function' && (navigator.canShare?.({ files: [asFile(new Blob(), name)] }) ?? false);

/** @returns `left` when the person turned back, `refused` when the device does not share files of this kind after all */
export const shareFile = async (blob: Blob, name: string): Promise<'shared' | 'left' | 'refused'> => {
  try {
    await navigator.share({ files: [asFile(blob, name)] });
    return 'shared';
  } catch (error) {
    return error instanceof DOMException && error.name === 'AbortError' ? 'left' : 'refused';
  }
};
