/** Hashes one file beside the storage worker. */
import { serveHash } from '../storage/hasher.ts';

serveHash(self as unknown as Worker);
