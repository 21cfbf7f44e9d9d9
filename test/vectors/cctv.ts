/**
 * The age test vectors (C2SP/CCTV, npm `cctv-age`), run through our own stream on top of the library's headers. Works in
 * Node and in a page, so that the native cipher of a real browser is held to the same vectors.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { Decrypter, armor } from 'age-encryption';
import * as cctv from 'cctv-age';
import type { Bytes } from '../../src/core/bytes.ts';
import { concat, toHex } from '../../src/core/bytes.ts';
import { isSalusError } from '../../src/core/errors.ts';
import { collect } from '../../src/crypto/chunks.ts';
import { openHeader, readHeader } from '../../src/crypto/envelope.ts';
import type { Path } from '../../src/crypto/stream.ts';
import { decryptStream, encryptStream } from '../../src/crypto/stream.ts';

export type Expect =
  | 'success'
  | 'no match'
  | 'HMAC failure'
  | 'header failure'
  | 'payload failure'
  | 'armor failure';

export type Vector = {
  name: string;
  expect: Expect;
  /** sha-256 of all plaintext that may be released, '' when none is promised */
  payload: string;
  identities: string[];
  passphrases: string[];
  armored: boolean;
  body: Bytes;
};

/** How a file was cut when it was given to the stream. */
export type Cut = 'whole' | 'pieces';

const inflate = async (bytes: Bytes): Promise<Bytes> =>
  new Uint8Array(
    await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))).arrayBuffer(),
  );

const parse = async (name: string, file: Uint8Array): Promise<Vector> => {
  const text = latin1(file);
  const end = text.indexOf('\n\n');
  const fields = text.slice(0, end).split('\n').map((line) => /^([a-z ]+): (.*)$/.exec(line)?.slice(1) as [string, string]);
  const all = (key: string) => fields.filter(([k]) => k === key).map(([, v]) => v);
  const rest = new Uint8Array(file.subarray(end + 2));
  return {
    name,
    expect: all('expect')[0] as Expect,
    payload: all('payload')[0] ?? '',
    identities: all('identity'),
    passphrases: all('passphrase'),
    armored: all('armored').length > 0,
    body: all('compressed').includes('zlib') ? await inflate(rest) : rest,
  };
};

const latin1 = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

/** Every vector of the package, in its order. */
export const vectors = (): Promise<Vector[]> => {
  const files = cctv as unknown as Record<string, Uint8Array>;
  return Promise.all(Object.keys(files).map((name) => parse(name, files[name] as Uint8Array)));
};

const pieces = function* (bytes: Uint8Array, cut: Cut): Generator<Uint8Array> {
  if (cut === 'whole') return yield bytes;
  // lengths from 0 to 100,000 that fall on no boundary of ours
  for (let at = 0, i = 1; at < bytes.length; i++) {
    const length = (i * 7919) % (i % 4 === 0 ? 100_003 : 97);
    yield bytes.subarray(at, at + length);
    at += length;
  }
};

const openAny = async (v: Vector, header: Bytes): Promise<Bytes> => {
  if (v.passphrases.length === 0) return openHeader(header, { identities: v.identities }, { strict: false });
  // passphrase files never pass `openHeader`: ours are hybrid only; the library answers alone
  const decrypter = new Decrypter();
  for (const passphrase of v.passphrases) decrypter.addPassphrase(passphrase);
  for (const identity of v.identities) decrypter.addIdentity(identity);
  return new Uint8Array(await decrypter.decryptHeader(header));
};

/** @property outcome how far the file went · @property released sha-256 of the plaintext that came out · @property same whether sealing it again gives the same payload */
export type Outcome = { outcome: Expect; released: string; same: boolean };

const headerOutcome = (error: unknown): Expect => {
  const text = error instanceof Error ? `${error.message} ${error.cause instanceof Error ? error.cause.message : ''}` : '';
  if (isSalusError(error, 'crypto/not-for-you') || text.includes('no identity matched')) return 'no match';
  return text.includes('header HMAC') ? 'HMAC failure' : 'header failure';
};

/** Opens one vector; when it opens, seals its plaintext again under the same key and nonce. */
export const run = async (v: Vector, path: Path, cut: Cut): Promise<Outcome> => {
  const nothing = { released: '', same: false };
  let file: Bytes = v.body;
  if (v.armored)
    try {
      file = new Uint8Array(armor.decode(latin1(v.body)));
    } catch {
      return { outcome: 'armor failure', ...nothing };
    }
  let payload: AsyncGenerator<Uint8Array>;
  let fileKey: Bytes;
  try {
    const { header, rest } = await readHeader(pieces(file, cut));
    payload = rest;
    fileKey = await openAny(v, header);
  } catch (error) {
    return { outcome: headerOutcome(error), ...nothing };
  }
  const sealed = await collect(payload);
  const released: Bytes[] = [];
  const digest = () => toHex(sha256(concat(...released))).slice(2);
  try {
    for await (const plain of decryptStream(fileKey, pieces(sealed, cut), { path })) released.push(plain);
  } catch (error) {
    if (!isSalusError(error, 'crypto/corrupt')) throw error;
    // the vectors count the payload's nonce with the header
    if (error.details.what === 'payload') return { outcome: 'header failure', ...nothing };
    return { outcome: 'payload failure', released: digest(), same: false };
  }
  const again = await collect(
    encryptStream(fileKey, pieces(concat(...released), cut), { path, nonce: sealed.slice(0, 16) }),
  );
  return { outcome: 'success', released: digest(), same: toHex(sha256(again)) === toHex(sha256(sealed)) };
};
