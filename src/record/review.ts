/**
 * Reviews: what a patient says of a visit in public, for ever, and what the doctor answers. A review is a FHIR Communication in a
 * public UnixFS directory as `review.json`, named by the digest in {Rated}; answers are Communications in the doctor's own
 * `profile.json` (see profile.ts). Written by strangers: read strictly, bounded, and shown as text.
 * @see https://hl7.org/fhir/R4/communication.html
 */
import type { Communication, Identifier } from '@medplum/fhirtypes';
import { utf8, type Address, type Bytes, type Digest } from '../core/bytes.ts';
import { cidOf } from '../core/cid.ts';
import { SalusError } from '../core/errors.ts';
import { isList, isMatch, isObject, isOneOf, isText, parseJson } from '../core/json.ts';
import { plainText } from '../core/plainText.ts';
import { accountIdentifier } from './fhir.ts';

/** What a review is about. A reader holds it against the event that named it, so that nobody passes off another's words as his. */
export type About = { chain: number; contract: Address; appointment: bigint; patient: Address; doctor: Address };
/** `sent`: ISO 8601 with zone. */
export type Review = { text: string; sent: string };
/** A doctor's answer. `review`: CIDv1 of the review's directory. */
export type Reply = { review: string; text: string; sent: string };

export const REVIEW_FILE = 'review.json';
/** UTF-16 units. */
export const MAX_REVIEW = 2000;
export const MAX_REPLY = 1000;
/** A review of as many of the longest characters, each escaped. */
export const MAX_REVIEW_BYTES = 32 * 1024;

const URI = 'urn:ietf:rfc:3986';
const ISO_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** An appointment as a URI. @see CAIP-10 */
const appointmentUri = ({ chain, contract, appointment }: About): string =>
  `urn:salus:eip155:${chain}:${contract}:appointment:${appointment}`;

/** @returns the bytes of `review.json` @throws input/invalid when there are no words, input/too-large beyond {@link MAX_REVIEW} */
export const encodeReview = (about: About, { text, sent }: Review): Bytes => {
  const resource: Communication = {
    resourceType: 'Communication',
    status: 'completed',
    sent,
    about: [{ identifier: { system: URI, value: appointmentUri(about) } }],
    sender: { identifier: accountIdentifier(about.chain, about.patient) },
    recipient: [{ identifier: accountIdentifier(about.chain, about.doctor) }],
    payload: [{ contentString: words(text, MAX_REVIEW) }],
  };
  return utf8(JSON.stringify(resource));
};

/** What is written is what will be shown. */
const words = (text: string, limit: number): string => {
  const plain = plainText(text);
  if (plain === '') throw new SalusError('input/invalid', { at: 'text' });
  if (plain.length > limit) throw new SalusError('input/too-large', { limit });
  return plain;
};

const identifier = isObject({ system: isOneOf(URI), value: isText(300) });
const reference = isObject({ identifier });
const shape = isObject({
  resourceType: isOneOf('Communication'),
  status: isOneOf('completed'),
  sent: isMatch(ISO_DATE, 40),
  about: isList(reference, 1, 1),
  sender: reference,
  recipient: isList(reference, 1, 1),
  payload: isList(isObject({ contentString: isText(MAX_REVIEW) }), 1, 1),
});

/** @throws record/malformed unless it is exactly a review as {@link encodeReview} writes it, record/mismatch when it is about another visit */
export const parseReview = (bytes: Bytes, about: About): Review => {
  const read = shape(parseJson(bytes, { maxBytes: MAX_REVIEW_BYTES, maxDepth: 6 }));
  const says = (found: { identifier: Identifier } | undefined, wanted: string | undefined, field: string) => {
    if (found?.identifier.value !== wanted) throw new SalusError('record/mismatch', { field });
  };
  says(read.about[0], appointmentUri(about), 'appointment');
  says(read.sender, accountIdentifier(about.chain, about.patient).value, 'author');
  says(read.recipient[0], accountIdentifier(about.chain, about.doctor).value, 'doctor');
  const text = plainText(read.payload[0]?.contentString ?? '');
  if (text === '' || Number.isNaN(Date.parse(read.sent))) throw new SalusError('record/malformed', { at: 'review' });
  return { text, sent: read.sent };
};

/** How an answer names a review. @param comment 32 bytes, as in {Rated} */
export const reviewCid = (comment: Digest): string => cidOf(comment);

/** @throws input/invalid when there are no words, input/too-large beyond {@link MAX_REPLY} */
export const replyResource = ({ review, text, sent }: Reply): Communication => ({
  resourceType: 'Communication',
  status: 'completed',
  sent,
  inResponseTo: [{ identifier: { system: URI, value: `ipfs://${review}` } }],
  payload: [{ contentString: words(text, MAX_REPLY) }],
});

const replyShape = isObject(
  {
    status: isOneOf('completed'),
    sent: isMatch(ISO_DATE, 40),
    inResponseTo: isList(
      isObject({ identifier: isObject({ system: isOneOf(URI), value: isMatch(/^ipfs:\/\/b[a-z2-7]{58}$/, 66) }) }),
      1,
      1,
    ),
    payload: isList(isObject({ contentString: isText(MAX_REPLY) }), 1, 1),
  },
  { open: true },
);

/** @returns null for what is no answer: one bad resource must not hide a profile */
export const readReply = (resource: unknown): Reply | null => {
  try {
    const { sent, inResponseTo, payload } = replyShape(resource);
    const text = plainText(payload[0]?.contentString ?? '');
    const review = inResponseTo[0]?.identifier.value.slice('ipfs://'.length) ?? '';
    return text && !Number.isNaN(Date.parse(sent)) ? { review, text, sent } : null;
  } catch {
    return null;
  }
};
