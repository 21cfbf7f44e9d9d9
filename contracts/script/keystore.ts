/** Web3 Secret Storage version 3, as `cast wallet`, geth and most wallets write it: a private key under a password. */
import { createDecipheriv, pbkdf2Sync, scryptSync, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { concat, keccak256, toHex } from 'viem';

type Hex = `0x${string}`;
type Keystore = {
  version: number;
  crypto: {
    cipher: string;
    cipherparams: { iv: string };
    ciphertext: string;
    kdf: string;
    kdfparams: { dklen: number; salt: string; n?: number; r?: number; p?: number; c?: number; prf?: string };
    mac: string;
  };
};

const SCRYPT_MEMORY = 512 * 1024 * 1024;

const derive = ({ kdf, kdfparams: k }: Keystore['crypto'], password: string): Buffer => {
  const salt = Buffer.from(k.salt, 'hex');
  if (kdf === 'scrypt' && k.n && k.r && k.p)
    return scryptSync(password, salt, k.dklen, { N: k.n, r: k.r, p: k.p, maxmem: SCRYPT_MEMORY });
  if (kdf === 'pbkdf2' && k.c && k.prf === 'hmac-sha256') return pbkdf2Sync(password, salt, k.c, k.dklen, 'sha256');
  throw new Error(`the keystore uses ${kdf}, which is not known`);
};

const parse = (path: string): Keystore => {
  const broken = (why: string) => new Error(`${path} is no keystore: ${why}`);
  let keystore: Keystore;
  try {
    keystore = JSON.parse(readFileSync(path, 'utf8')) as Keystore;
  } catch (error) {
    throw broken((error as Error).message);
  }
  if (keystore?.version !== 3) throw broken('it has to be of version 3');
  if (keystore.crypto?.cipher !== 'aes-128-ctr') throw broken('it has to be encrypted with aes-128-ctr');
  return keystore;
};

/**
 * @param path of the keystore file
 * @returns the private key, 32 bytes
 * @throws Error in words when the file is no keystore or the password is wrong
 * @see https://ethereum.org/developers/docs/data-structures-and-encoding/web3-secret-storage
 */
export const openKeystore = (path: string, password: string): Hex => {
  const { crypto } = parse(path);
  const key = derive(crypto, password);
  const mac = keccak256(concat([key.subarray(16, 32), Buffer.from(crypto.ciphertext, 'hex')]), 'bytes');
  if (!timingSafeEqual(mac, Buffer.from(crypto.mac.padEnd(64, '0').slice(0, 64), 'hex')))
    throw new Error(`wrong password for ${path}`);
  const cipher = createDecipheriv('aes-128-ctr', key.subarray(0, 16), Buffer.from(crypto.cipherparams.iv, 'hex'));
  return toHex(Buffer.concat([cipher.update(crypto.ciphertext, 'hex'), cipher.final()]));
};

/**
 * Asks on the terminal without showing what is typed.
 * @throws Error when there is no terminal to ask on
 */
export const askPassword = async (question: string): Promise<string> => {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) throw new Error('there is no terminal to ask for the password on: use --password-file');
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8').resume();
  try {
    let password = '';
    for await (const chunk of stdin) {
      for (const char of String(chunk)) {
        if (char === '\r' || char === '\n' || char === '\u0004') return password;
        if (char === '\u0003') throw new Error('interrupted');
        password = char === '\u007f' || char === '\b' ? password.slice(0, -1) : password + char;
      }
    }
    return password;
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
};
