/**
 * What a hardware device answered, as wallets pass it on: none of them keeps the device's status word in a field of its own, so
 * their sentences are read. MetaMask up to 12 hands on Ledger's own ("Ledger device: Locked device (0x5515)"), later ones words of
 * its own with "Ledger: " before them; Rabby and Brave hand on Ledger's, Trezor's name a failure.
 * @see https://github.com/LedgerHQ/app-ethereum/blob/master/doc/ethapp.adoc (status words)
 */
import type { ErrorCode } from '../core/errors.ts';

/** Status words of devices and of Ledger's Ethereum app. */
const WORDS: Record<number, ErrorCode> = {
  0x6985: 'wallet/declined',
  0x5501: 'wallet/declined',
  0x5515: 'wallet/device-locked',
  0x6b0c: 'wallet/device-locked',
  0x6982: 'wallet/device-locked',
  0x6a80: 'wallet/device-blind',
  // no app, or another one, is open
  0x6511: 'wallet/device-app',
  0x650f: 'wallet/device-app',
  0x6501: 'wallet/device-app',
  0x6a15: 'wallet/device-app',
  0x6a83: 'wallet/device-app',
  0x6d00: 'wallet/device-app',
  0x6d02: 'wallet/device-app',
  0x6e00: 'wallet/device-app',
  0x6e01: 'wallet/device-app',
  0x6f00: 'wallet/device-gone',
};

/** In this order: the first that fits is meant. */
const SENTENCES: [RegExp, ErrorCode][] = [
  [/denied by the user|UserRefused|refused on device|Failure_ActionCancelled/i, 'wallet/declined'],
  [/blind sign|enable contract data|EthAppPleaseEnableContractData/i, 'wallet/device-blind'],
  [/Locked ?Device|device (is )?locked|ledgerErrorDevicedLocked/i, 'wallet/device-locked'],
  [/ethereum app|EthAppNotOpen|WrongApp(Opened)?|app (closed|(is )?not open)/i, 'wallet/device-app'],
  [
    /Disconnected ?Device|device (was |is )?disconnected|no device|device (must be opened|is not open)|cannot open device|CantOpenDevice|Transport(Error|InterfaceNotAvailable|OpenUserCancelled|RaceCondition|WebUSBGestureRequired)|ledger(DeviceOpenFailure|ErrorConnectionIssue)|Device_Disconnected|Must be handling a user gesture|unresponsive/i,
    'wallet/device-gone',
  ],
];

/** @param layer one object of a wallet's error @returns what the device said, null when this is no device's error */
export const deviceFault = (layer: Record<string, unknown>): ErrorCode | null => {
  const text = `${String(layer.name ?? '')} ${String(layer.message ?? '')}`;
  const told = /\b0x([56][0-9a-f]{3})\b/i.exec(text)?.[1];
  const word = typeof layer.statusCode === 'number' ? layer.statusCode : told ? Number.parseInt(told, 16) : 0;
  return WORDS[word] ?? SENTENCES.find(([pattern]) => pattern.test(text))?.[1] ?? null;
};
