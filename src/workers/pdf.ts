/** Parses PDFs, away from the page: the library's own worker. Nothing in it runs a document's scripts. */
import 'pdfjs-dist/build/pdf.worker.min.mjs';
