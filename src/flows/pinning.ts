/** The pinning services a person uses. Their tokens are secrets, so all of it lies sealed in the cabinet and is known while the vault is open only. */
import { utf8 } from '../core/bytes.ts';
import { isBoolean, isList, isNullable, isObject, isText, parseJson } from '../core/json.ts';
import { SalusError } from '../core/errors.ts';
import type { Cabinet, PinningService } from './ports/index.ts';

/** @property name how the person calls it · @property on whether records are brought there */
export type Service = PinningService & { name: string; on: boolean };

const NAME = 'pinning';
const MOST = 16;

const isServices = isList(
  isObject({
    name: isText(100),
    url: isText(500),
    token: isText(4000),
    gateway: isNullable(isText(500)),
    on: isBoolean,
  }),
  MOST,
);

/** In the order in which they were added. @throws crypto/locked */
export const readServices = async (cabinet: Cabinet): Promise<Service[]> => {
  const kept = await cabinet.get(NAME);
  return kept ? isServices(parseJson(kept, { maxBytes: 1 << 17, maxDepth: 3 })) : [];
};

/** Seals them. @throws input/too-large beyond 16, crypto/locked */
export const saveServices = async (cabinet: Cabinet, services: Service[]): Promise<void> => {
  if (services.length > MOST) throw new SalusError('input/too-large', { services: services.length, limit: MOST });
  if (services.length === 0) return cabinet.delete(NAME);
  const bytes = utf8(JSON.stringify(services));
  isServices(services); // what could not be read again is not written
  await cabinet.set(NAME, bytes);
};
