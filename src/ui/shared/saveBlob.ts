/** Addresses of blobs handed to the browser's downloads, while they hold plaintext in memory. */
const handed = new Set<string>();

/** Hands a blob to the browser's downloads under the name its author gave it. */
export const saveBlob = (blob: Blob, name: string): void => {
  // octet-stream: saved as it is, never rendered in this origin
  const url = URL.createObjectURL(new Blob([blob], { type: 'application/octet-stream' }));
  handed.add(url);
  const link = document.createElement('a');
  link.href = url;
  link.download = name || 'file';
  link.click();
  setTimeout(() => release(url), 60_000);
};

const release = (url: string): void => {
  handed.delete(url);
  URL.revokeObjectURL(url);
};

/** Lets go of every blob at once: on lock nothing readable stays within reach of this page. */
export const releaseSaved = (): void => handed.forEach(release);
