/** Hands a blob to the browser's downloads under the name its author gave it. */
export const saveBlob = (blob: Blob, name: string): void => {
  // octet-stream: saved as it is, never rendered in this origin
  const url = URL.createObjectURL(new Blob([blob], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name || 'file';
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
};
