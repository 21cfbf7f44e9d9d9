import { isSalusError } from '../../src/core/errors.ts';

/** @returns the code of the SalusError that `work` throws; anything else it does fails the test */
export const code = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (isSalusError(error)) return error.code;
    throw error;
  }
  throw new Error('nothing was thrown');
};

/** The same for a promise. */
export const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    if (isSalusError(error)) return error.code;
    throw error;
  }
  throw new Error('nothing was thrown');
};
