/**
 * PDFs drawn onto canvases. The browser's own viewer would run a document's scripts, and send its forms, in a frame that our
 * Content-Security-Policy forbids; this library draws what is to be seen and knows nothing of scripts, forms or links. It is given
 * bytes only: no address of ours or of the document's is ever fetched.
 */
import type { PDFDocumentProxy } from 'pdfjs-dist';

/** Bytes, pages, milliseconds, pixels. */
export const LIMITS = { bytes: 64 * 2 ** 20, pages: 300, wait: 30_000, area: 8_000_000 };

export type Pdf = {
  /** how many there are */
  pages: number;
  /** height divided by width of a page, from 1 */
  ratio(page: number): Promise<number>;
  /** @param width in pixels of the screen */
  draw(page: number, canvas: HTMLCanvasElement, width: number): Promise<void>;
  /** the words on a page, for those who listen */
  words(page: number): Promise<string>;
  close(): void;
};

/** What draws filters through elements with styles of their own; a picture without them is still a picture. */
class NoFilters {
  readonly #none = () => 'none';
  addFilter = this.#none;
  addHCMFilter = this.#none;
  addAlphaFilter = this.#none;
  addLuminosityFilter = this.#none;
  addKnockoutFilter = this.#none;
  addHighlightHCMFilter = this.#none;
  addSelectionHCMFilter = this.#none;
  addSelectionFilter = this.#none;
  createSelectionStyle = (): null => null;
  destroy = (): void => undefined;
}

const within = <T>(work: Promise<T>): Promise<T> => {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('too slow')), LIMITS.wait);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
};

/** @throws when it is no PDF, is locked by a password, or takes longer than {@link LIMITS} */
export const openPdf = async (blob: Blob): Promise<Pdf> => {
  const { getDocument, PDFWorker, VerbosityLevel } = await import('pdfjs-dist');
  const port = new Worker(new URL('../../workers/pdf.ts', import.meta.url), { type: 'module' });
  // the library's types know of no port
  const worker = new PDFWorker({ port: port as unknown as null, verbosity: VerbosityLevel.ERRORS });
  const close = (): void => {
    worker.destroy();
    port.terminate();
  };
  try {
    const data = new Uint8Array(await blob.arrayBuffer());
    const task = getDocument({
      data,
      worker,
      // glyphs as paths: a stranger's fonts are not given to the browser
      disableFontFace: true,
      useSystemFonts: false,
      enableXfa: false,
      // our Content-Security-Policy allows no WebAssembly
      useWasm: false,
      useWorkerFetch: false,
      isOffscreenCanvasSupported: false,
      disableWorkerRendering: true,
      maxImageSize: 64_000_000,
      FilterFactory: NoFilters,
      verbosity: VerbosityLevel.ERRORS,
    });
    return { ...reading(await within(task.promise)), close };
  } catch (error) {
    close();
    throw error;
  }
};

const reading = (document: PDFDocumentProxy): Omit<Pdf, 'close'> => {
  const at = (page: number) => within(document.getPage(page));
  const size = async (page: number) => (await at(page)).getViewport({ scale: 1 });
  return {
    pages: document.numPages,
    ratio: async (page) => {
      const { width, height } = await size(page);
      return height / width;
    },
    draw: async (page, canvas, width) => {
      const whole = await size(page);
      const most = Math.sqrt(LIMITS.area / (whole.width * whole.height));
      const viewport = (await at(page)).getViewport({ scale: Math.min(width / whole.width, most) });
      canvas.width = Math.max(1, Math.floor(viewport.width));
      canvas.height = Math.max(1, Math.floor(viewport.height));
      await within((await at(page)).render({ canvas, viewport }).promise);
    },
    words: async (page) => {
      const { items } = await within((await at(page)).getTextContent());
      return items.map((item) => ('str' in item ? item.str : '')).join(' ');
    },
  };
};
