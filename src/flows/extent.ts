/** How much of what was asked for was given: told by the capabilities of the answers alone. */
import { isSalusError } from '../core/errors.ts';
import type { AccessRequest } from '../record/accessRequest.ts';
import { idOf, type FolderId } from '../record/folders.ts';
import { openGrant } from './capabilities.ts';
import type { Options, ReadPorts } from './ports/index.ts';
import type { KeyRequest } from './requests.ts';
import type { Vault } from './vault.ts';

/** How much of a request was given. `unknown`: asked for in words, or the answer cannot be read here. */
export type Extent = 'full' | 'part' | 'unknown';

/**
 * Opens what was given in answer, as the patient or the asker, and holds it against what was asked: all folders, no shorter.
 * @throws chain/unreachable, storage/aborted
 */
export const extentOf = async (
  ports: Pick<ReadPorts, 'chain' | 'storage'>,
  vault: Vault,
  request: Pick<KeyRequest, 'grants'>,
  asked: AccessRequest,
  options: Options = {},
): Promise<Extent> => {
  const given = new Set<FolderId>();
  const short = request.grants.some((g) => g.until !== 0 && g.until < asked.until - 86_400);
  for (const grant of request.grants) {
    try {
      const capability = await openGrant(ports, vault, grant, options);
      if (capability.kind === 'folder' && capability.rights !== 'write') given.add(capability.folder);
    } catch (error) {
      if (isSalusError(error, 'storage/aborted') || isSalusError(error, 'chain/unreachable')) throw error;
      return 'unknown';
    }
  }
  const missing = asked.folders.some((f) => !given.has(idOf(f)));
  if (missing || short) return 'part';
  return asked.about ? 'unknown' : 'full';
};
